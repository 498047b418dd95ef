// The build says so, all of them at once, each with the source that asks; the loader's word is the same.
//#Refused: module "mod" would not load into host "host"
//#Refused: nothing defines lost_one (needed by mod/one.c:3)
//#Refused: nothing defines lost_three (needed by mod/two.c:2)
//#Refused: nothing defines lost_two (needed by mod/one.c:3, mod/two.c:2)
//#Refused: help: link a library that defines it
#include "load.h"
