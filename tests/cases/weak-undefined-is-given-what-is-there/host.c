// What the host has in an object anyway, a module finds, even if it could do without.
//#Pins:
//#Exports: hook
int hook(void) { return 1; }
#include "load.h"
