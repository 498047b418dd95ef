/* Loads the modules that it is told: what it prints is what tests/load/program.rs prints. */
#include "modpin_load.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int host_calls(int);
int host_calls(int of) { return of; }

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    struct modpin *modules = modpin_find("host", getenv("INSTALLED"));
    if (modpin_status(modules) != MODPIN_OK) {
        /* It keeps its words when it is asked for more. */
        void *module = modpin_load(modules, "m");
        printf("%s: %s\n", module == NULL ? "none" : "loaded", modpin_error(modules));
        modpin_close(modules);
        return 1;
    }
    for (int i = 1; i < argc; i++) {
        void *module = modpin_load(modules, argv[i]);
        int (*run)(void) = module == NULL ? NULL : (int (*)(void))dlsym(module, "run");
        if (run != NULL)
            printf("%s: %d\n", argv[i], run());
        else
            printf("%s: %s\n", argv[i], modpin_error(modules));
        for (const char *const *name = modpin_missing(modules); *name != NULL; name++)
            printf("missing %s\n", *name);
    }
    modpin_close(modules);
    return 0;
}
