// What a module links itself, the host need not have; what that in turn needs, it must.
//#Pins: base
//#Exports: base
#include "load.h"
