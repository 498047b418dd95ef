// A program that hides by default and shows what it means to.
//#Cflags: -fvisibility=hidden
//#Exports: shown
__attribute__((visibility("default"))) int shown(void) { return 42; }
int not_shown(void) { return 1; }
#include "load.h"
