/* Stands in for a compiler, a linker and an archiver, so that what is measured is whoever calls it.
 *
 *     standin [options] -MF DEPFILE -deplist=LIST -c -o OUT SOURCE    an object, and a depfile
 *     standin [options] -r -o OUT ...                                 a relocatable object
 *     standin [options] -shared -o OUT ...                            a module
 *     standin [options] -o OUT ...                                    a program
 *     standin rcs OUT ...                                             an archive
 *     standin anything without -o                                     asks the real compiler
 *
 * The outputs are whole ELF files that were made beforehand (samples.h). An object ends with a digest
 * of its source: another source gives another object. The depfile names the source and every line
 * of LIST. Static, no allocation, few system calls.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "samples.h"

static char text[1 << 18], depfile[1 << 19];
static size_t filled;

static void add(const char *from, size_t length)
{
    if (filled + length <= sizeof depfile) {
        memcpy(depfile + filled, from, length);
        filled += length;
    }
}

static int save(const char *path, const void *bytes, size_t length, const void *more, size_t rest)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
        return 1;
    if (rest && write(fd, more, rest) != (ssize_t)rest)
        return 1;
    return close(fd) != 0;
}

static ssize_t load(const char *path)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, text, sizeof text);
    close(fd);
    return length;
}

/* FNV-1a. */
static uint64_t digest(size_t length)
{
    uint64_t value = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        value = (value ^ (unsigned char)text[i]) * 0x100000001b3u;
    return value;
}

static int depend(const char *path, const char *target, const char *source, const char *list)
{
    ssize_t length = load(list), start = 0;
    if (length < 0)
        return 1;
    add(target, strlen(target));
    add(": ", 2);
    add(source, strlen(source));
    for (ssize_t i = 0; i < length; i++) {
        if (text[i] != '\n')
            continue;
        add(" \\\n ", 4);
        add(text + start, i - start);
        start = i + 1;
    }
    add("\n", 1);
    return save(path, depfile, filled, 0, 0);
}

static int compile(const char *out, const char *source, const char *mf, const char *list)
{
    ssize_t length = load(source);
    if (length < 0)
        return 1;
    uint64_t mark = digest(length);
    if (save(out, sample_object, sizeof sample_object, &mark, sizeof mark))
        return 1;
    return mf && list ? depend(mf, out, source, list) : 0;
}

int main(int argc, char **argv)
{
    const char *out = 0, *source = 0, *mf = 0, *list = 0, *mode = "";
    if (argc > 2 && !strcmp(argv[1], "rcs"))
        return save(argv[2], sample_archive, sizeof sample_archive - 1, 0, 0);
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (!strcmp(arg, "-o") && i + 1 < argc)
            out = argv[++i];
        else if (!strcmp(arg, "-MF") && i + 1 < argc)
            mf = argv[++i];
        else if (!strncmp(arg, "-deplist=", 9))
            list = arg + 9;
        else if (!strcmp(arg, "-c") || !strcmp(arg, "-r") || !strcmp(arg, "-shared"))
            mode = arg;
        else if (!strcmp(arg, "-E"))
            return execv(REAL_COMPILER, argv), 127;
        else if (arg[0] != '-' && arg[0] != '@')
            source = arg;
    }
    if (!out)
        return execv(REAL_COMPILER, argv), 127;
    if (!strcmp(mode, "-c"))
        return compile(out, source, mf, list);
    if (!strcmp(mode, "-r"))
        return save(out, sample_object, sizeof sample_object, 0, 0);
    if (!strcmp(mode, "-shared"))
        return save(out, sample_module, sizeof sample_module, 0, 0);
    return save(out, sample_program, sizeof sample_program, 0, 0);
}
