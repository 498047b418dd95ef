//#Verdict: crashed
#include <stdlib.h>
__attribute__((constructor)) static void start(void) { abort(); }
