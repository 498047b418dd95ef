//#Verdict: exited
#include <stdlib.h>
__attribute__((constructor)) static void start(void) { exit(0); }
