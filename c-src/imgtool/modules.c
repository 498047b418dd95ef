/* Loads modules, with modpin_load: which there are, where they lie and how they are opened stands in modules.json. Does not know
 * what a module registers. */
#include "imgtool.h"

#include "img/program.h"
#include "img/util.h"
#include "modpin_load.h"

#include <string.h>

#define DRIVERS "block/"

/* The modules of this program, for as long as it runs: the drivers in them are used to the end. NULL: the user has been told. */
static struct modpin *all_modules(void)
{
    static struct modpin *modules;
    if (modules == NULL)
        modules = modpin_find("imgtool", "../lib/imgtool");
    if (modpin_dir(modules) != NULL && modpin_count(modules) > 0)
        return modules;
    img_monitor_print("%s", modpin_error(modules));
    return NULL;
}

static int load(struct modpin *modules, const char *name)
{
    img_trace("loading %s from %s", name, modpin_dir(modules));
    registry_set_origin(name);
    void *module = modpin_load(modules, name);
    registry_set_origin(BUILT_IN);
    if (module != NULL)
        return 0;
    img_monitor_print("%s", modpin_error(modules));
    return -1;
}

int modules_load(const char *module)
{
    struct modpin *modules = all_modules();
    return modules == NULL ? -1 : load(modules, module);
}

int modules_load_drivers(void)
{
    struct modpin *modules = all_modules();
    int result = modules == NULL ? -1 : 0;
    for (size_t i = 0; i < modpin_count(modules); i++) {
        const char *name = modpin_name(modules, i);
        if (strncmp(name, DRIVERS, strlen(DRIVERS)) == 0 && !modpin_is_built_in(modules, i)
            && load(modules, name) != 0)
            result = -1;
    }
    return result;
}
