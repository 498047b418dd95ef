/* Finds module files beside the executable and opens them. Does not know what a module registers. */
#define _POSIX_C_SOURCE 200809L
#include "imgtool.h"

#include "img/program.h"
#include "img/util.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "block-"
#define SUFFIX ".so"
#define PATH_SIZE 4096u

/* IMGTOOL_MODULES, or the directory in which this executable lies. NULL: the user has been told. */
static const char *directory(void)
{
    static char path[PATH_SIZE];
    const char *chosen = getenv("IMGTOOL_MODULES");
    if (chosen != NULL && *chosen != '\0')
        return chosen;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length <= 0 || (size_t)length == sizeof path) {
        img_monitor_print("cannot tell where the modules are: set IMGTOOL_MODULES");
        return NULL;
    }
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        slash[slash == path] = '\0'; /* the root keeps its slash */
    return path;
}

/* What is opened stays open: the drivers in it are used to the end. */
static int open_file(const char *directory, const char *name)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        img_monitor_print("%s: the path is too long", name);
        return -1;
    }
    img_trace("opening %s", path);
    registry_set_origin(name);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    registry_set_origin(BUILT_IN);
    if (module != NULL)
        return 0;
    img_monitor_print("%s does not load: %s", name, dlerror());
    return -1;
}

int modules_load(const char *module)
{
    char name[64];
    const char *where = directory();
    if (where == NULL)
        return -1;
    snprintf(name, sizeof name, "%s" SUFFIX, module);
    return open_file(where, name);
}

static int is_driver_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > strlen(PREFIX SUFFIX) && strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0
           && strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX) == 0;
}

int modules_load_drivers(void)
{
    struct dirent **files;
    const char *where = directory();
    int result = 0;
    int found = where == NULL ? 0 : scandir(where, &files, is_driver_file, alphasort);
    if (found < 0)
        img_monitor_print("cannot list the modules in %s: %s", where, strerror(errno));
    if (where == NULL || found < 0)
        return -1;
    for (int i = 0; i < found; i++) {
        if (open_file(where, files[i]->d_name) != 0)
            result = -1;
        free(files[i]);
    }
    free(files);
    return result;
}
