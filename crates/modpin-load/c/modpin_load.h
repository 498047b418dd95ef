/* Finds, checks, loads and unloads the modules of a program that modpin has built. One header and one source, for a program
 * in C; the crate modpin-load is the same in Rust. Needs POSIX, glibc or musl on Linux, and nothing else.
 *
 *     struct modpin *modules = modpin_find("imgtool", NULL);
 *     if (modpin_load(modules, "block/crypt") == NULL)
 *         fprintf(stderr, "%s\n", modpin_error(modules));
 *     ...
 *     modpin_close(modules);
 *
 * One thread at a time may use a `struct modpin`. */
#ifndef MODPIN_LOAD_H
#define MODPIN_LOAD_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the last call came to. */
enum modpin_status {
    MODPIN_OK,
    /* No modules.json in any of the directories. */
    MODPIN_NO_MANIFEST,
    /* MODPIN_MODULES names a directory that depends on the current one. */
    MODPIN_RELATIVE_VARIABLE,
    /* A modules.json that is not what modpin writes. */
    MODPIN_WRONG_MANIFEST,
    /* It is about other programs. */
    MODPIN_NO_HOST,
    MODPIN_NO_MODULE,
    /* The module is a part of the program: there is no file to load. */
    MODPIN_BUILT_IN,
    /* The module belongs to another build than the program, or does not say to which. */
    MODPIN_OTHER_BUILD,
    /* The program and what is loaded lack symbols of the module: modpin_missing. */
    MODPIN_MISSING_SYMBOLS,
    /* The loader refuses the module, and the message has its words. */
    MODPIN_NOT_LOADED,
    /* A file that cannot be read. */
    MODPIN_IO,
    MODPIN_NO_MEMORY
};

struct modpin;

/* Finds the modules of the program that is called `host` in the declaration, and loads nothing. Looks in the directory that the
 * variable MODPIN_MODULES of the environment names, else beside the program's file, else in `installed`, which may be NULL and
 * starts at the directory of the program's file if it is relative. The first that has a modules.json has them all. A program that
 * has more rights than who started it looks in `installed` alone, and only if that is absolute.
 *
 * NULL when there is no memory; else what modpin_close takes, also after a failure. */
struct modpin *modpin_find(const char *host, const char *installed);

/* What the last call came to, and that in words: "" after MODPIN_OK. NULL stands for no memory. */
enum modpin_status modpin_status(const struct modpin *modules);
const char *modpin_error(const struct modpin *modules);

/* After MODPIN_MISSING_SYMBOLS: all of them, with NULL behind the last; else none. They stay until the next call. */
const char *const *modpin_missing(const struct modpin *modules);

/* The directory in which the modules are; NULL when none was found. */
const char *modpin_dir(const struct modpin *modules);

/* The modules in the order of their declaration, built in or not. */
size_t modpin_count(const struct modpin *modules);
const char *modpin_name(const struct modpin *modules, size_t index);
int modpin_is_built_in(const struct modpin *modules, size_t index);

/* Loads a module, and before it those that it needs; each as the manifest says, RTLD_NOW | RTLD_LOCAL if it says nothing. One that
 * is loaded is not loaded again. Modules of another build are refused before anything is loaded. The answer is for dlsym; NULL
 * after a failure, and after one of modpin_find, whose status and words then stay. What was loaded before it stays loaded. */
void *modpin_load(struct modpin *modules, const char *name);

/* Unloads what was loaded, the last one first, and forgets the rest. NULL is nothing. */
void modpin_close(struct modpin *modules);

/* The build that a file records, for free(); NULL when it records none or cannot be read. Nothing of the file is loaded. */
char *modpin_recorded(const char *path);

#ifdef __cplusplus
}
#endif
#endif
