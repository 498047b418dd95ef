// The child stays behind, with every descriptor that it inherited.
//#Verdict: loads
#include <unistd.h>
__attribute__((constructor)) static void start(void) { if (fork() == 0) for (;;) pause(); }
