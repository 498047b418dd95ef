// A slim LTO member shows no symbol to anybody but the compiler: an archive's index cannot list it.
//#Needs: gcc
//#Refused: member slim.c.o: it is a slim LTO object of gcc, whose symbols an archive's index cannot name
//#Refused: help: compile it with -ffat-lto-objects or without -flto
#include "load.h"
