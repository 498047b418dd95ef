// Two members called trace.c.o, as QEMU had them. `ar r` would keep the last one.
//#Pins: block_trace net_trace
//#Exports: block_trace net_trace
#include "load.h"
