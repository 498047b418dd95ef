// The definition is visible, but one reference in the host says hidden, and the linker takes the narrowest.
//#Refused: shown: host.c refers to it as hidden, which hides the definition
//#Refused: help: declare it with default visibility there
__attribute__((visibility("hidden"))) int shown(void);
int (*used)(void) = shown;
#include "load.h"
