// A weak undefined symbol takes no member out of an archive: a pin would change what the program does.
//#Pins:
//#Exports:
#include "load.h"
