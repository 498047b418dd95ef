//#Prints: 42
#include <stdlib.h>
extern int ready;
__attribute__((constructor)) static void start(void) { if (ready != 42) abort(); }
int run(void) { return ready; }
