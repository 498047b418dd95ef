// Two members called trace.c.o, as QEMU had them. `ar r` would keep the last one.
//#Pins: block_trace net_trace
//#From: libutil.a(trace.c.o#1) libutil.a(trace.c.o#2)
//#Exports: block_trace net_trace
#include "load.h"
