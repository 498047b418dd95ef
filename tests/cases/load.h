/* The host of most cases: loads the modules that it is given and prints what run() of each answers. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    for (int at = 1; at < argc; at++) {
        void *module = dlopen(argv[at], RTLD_NOW);
        int (*run)(void) = module ? (int (*)(void))dlsym(module, "run") : NULL;
        if (run == NULL)
            return puts(dlerror()), 1;
        printf("%d\n", run());
    }
    return 0;
}
