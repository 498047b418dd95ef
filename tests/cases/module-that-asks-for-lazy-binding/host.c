// A load check that binds lazily would call this a success, and the first call would end the program.
//#Refused: nothing defines lost (needed by mod/mod.c:4)
#include "load.h"
