//#Pins: counter
//#Exports: counter
#include "load.h"
