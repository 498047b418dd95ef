//#Pins: limits
//#Exports: limits
#include "load.h"
