// Both need it, it is one pin; each has its own besides.
//#Pins: alone both
//#Exports: alone both
#include "load.h"
