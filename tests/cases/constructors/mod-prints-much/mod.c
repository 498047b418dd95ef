//#Verdict: loads
#include <stdio.h>
__attribute__((constructor)) static void start(void)
{
    for (int line = 0; line < 40000; line++) {
        puts("loads loads loads loads loads loads");
        fputs("loads loads loads loads loads loads\n", stderr);
    }
}
