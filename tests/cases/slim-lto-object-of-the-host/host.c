// An object of the host that waits for link-time optimisation shows its symbols to nobody, and offers them all the same.
//#Needs: gcc
// lld cannot read gcc's objects and misses main.
//#Linkers: bfd gold mold
//#Cflags: -flto -fno-fat-lto-objects
//#Pins: from_archive
#include "load.h"
int from_host(void) { return 40; }
