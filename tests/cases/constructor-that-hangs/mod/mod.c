//#Verdict: timed-out
#include <unistd.h>
__attribute__((constructor)) static void start(void) { for (;;) pause(); }
