//#Pins: guarded
//#Exports: guarded
#include "load.h"
