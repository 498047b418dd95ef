// STT_GNU_IFUNC: which function it is, the loader asks.
//#Pins: chosen
//#Exports: chosen
#include "load.h"
