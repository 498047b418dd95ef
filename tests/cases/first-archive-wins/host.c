//#Pins: which
//#From: libutil.a(which.c.o)
//#Exports: which
#include "load.h"
