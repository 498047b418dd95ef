// Two archives that need each other: the pinned member needs the other archive, which needs the first again.
//#Cycles: group
//#Pins: ping
//#Exports: ping
#include "load.h"
