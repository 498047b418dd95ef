// A pin is a root for the garbage collection, in members and in objects of the host.
//#Cflags: -ffunction-sections
//#Ldflags: -Wl,--gc-sections
//#Exports: from_member from_object
int from_object(void) { return 2; }
#include "load.h"
