//#Pins:
//#Exports:
#include "load.h"
