// A member without symbols is normal, and so is an object of a module without any.
//#Pins: full
#include "load.h"
