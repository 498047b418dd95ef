/* What a command costs: runs it, waits, and writes one line to a file: user and system time of it and its
 * children in microseconds, wall time in microseconds, peak memory in KiB, wait status.
 *
 *     measure RESULT PROGRAM ARGUMENTS...
 *
 * Small and static, because the peak memory of a process begins with that of the one that started it.
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int argc, char **argv)
{
    struct timespec before, after;
    struct rusage usage;
    pid_t pid;
    int status;
    if (argc < 3)
        return 2;
    clock_gettime(CLOCK_MONOTONIC, &before);
    if (posix_spawn(&pid, argv[2], 0, 0, argv + 2, environ) || wait4(pid, &status, 0, &usage) < 0)
        return 1;
    clock_gettime(CLOCK_MONOTONIC, &after);
    long long wall = (after.tv_sec - before.tv_sec) * 1000000LL + (after.tv_nsec - before.tv_nsec) / 1000;
    FILE *result = fopen(argv[1], "w");
    if (!result)
        return 1;
    fprintf(result, "%lld %lld %lld %ld %d\n", microseconds(usage.ru_utime), microseconds(usage.ru_stime),
            wall, usage.ru_maxrss, status);
    return fclose(result) != 0;
}
