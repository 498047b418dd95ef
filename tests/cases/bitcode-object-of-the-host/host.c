// An object of the host that waits for link-time optimisation shows its symbols to nobody, and offers them all the same.
//#Needs: clang
//#Linkers: lld
//#Cflags: -flto
//#Pins: from_archive
#include "load.h"
int from_host(void) { return 40; }
