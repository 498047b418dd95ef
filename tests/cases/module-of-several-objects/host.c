// What the objects of a module give each other is nobody else's business.
//#Pins: base
#include "load.h"
