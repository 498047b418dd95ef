//#Verdict: loads
#include <unistd.h>
__attribute__((constructor)) static void start(void) { for (int file = 0; file < 1024; file++) close(file); }
