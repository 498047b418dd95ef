// What a module prints is not an answer.
//#Verdict: exited
#include <stdio.h>
#include <unistd.h>
__attribute__((constructor)) static void start(void) { puts("modpin loads"); fflush(stdout); _exit(0); }
