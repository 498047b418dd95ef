// The child goes on as if it had been asked, and returns from dlopen; it is not the one that counts.
//#Verdict: crashed
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
__attribute__((constructor)) static void start(void)
{
    pid_t child = fork();
    if (child > 0) {
        waitpid(child, NULL, 0);
        abort();
    }
}
