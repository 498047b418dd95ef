/* imgtool: makes, reads and converts disk images. This file knows the command line, nothing else. */
#include "imgtool.h"

#include "img/program.h"
#include "img/util.h"

#include <string.h>

static const struct command {
    const char *name;
    int (*run)(char **args);
    int args;
    const char *usage;
} commands[] = {
    {"create", command_create, 3, "FORMAT FILE SIZE        make a new image (64K, 10M, 1G)"},
    {"info", command_info, 1, "FILE                    what it is and how full"},
    {"convert", command_convert, 4, "-O FORMAT SRC DST       copy into another format, and check"},
    {"read", command_read, 3, "FILE OFFSET LENGTH      show bytes of the image"},
    {"drivers", command_drivers, 0, "                        all that load, and where from"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

/* Overrides the default of libimgstub. */
const char *img_program_name(void)
{
    return "imgtool";
}

static int usage(void)
{
    fputs("usage: imgtool [-v] [-t] COMMAND\n", stderr);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(stderr, "  %-8s %s\n", commands[i].name, commands[i].usage);
    fputs("  -v  tell each step    -t  show each read and write (module trace)\n", stderr);
    return 2;
}

static int watch_io(void)
{
    if (registry_observer() == NULL && modules_load("trace") != 0)
        return -1;
    image_observe(registry_observer());
    return 0;
}

static int run(const struct command *command, char **args)
{
    int result = command->run(args);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        img_monitor_print("cannot write to the standard output");
        result = 1;
    }
    return result;
}

int main(int argc, char **argv)
{
    const struct img_observer *observer = NULL;
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "-v") == 0)
            img_trace_on();
        else if (strcmp(argv[at], "-t") != 0)
            return usage();
        else if (watch_io() != 0)
            return 1;
        else
            observer = registry_observer();
    }
    for (size_t i = 0; at < argc && i < COMMANDS; i++)
        if (strcmp(argv[at], commands[i].name) == 0 && argc - at - 1 == commands[i].args) {
            int result = run(&commands[i], argv + at + 1);
            if (observer != NULL)
                observer->report();
            return result;
        }
    return usage();
}
