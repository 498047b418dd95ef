// A weak definition answers a strong need, and an archive's index lists it.
//#Pins: fallback
//#Exports: fallback
#include "load.h"
