#include <dlfcn.h>
#include <stdio.h>

int used(void);

int api(void)
{
    return 1;
}

int maybe(void)
{
    return 1000;
}

/* Opens each module that is named, and adds up what they answer. */
int main(int count, char **names)
{
    int sum = used() * 0;
    for (int i = 1; i < count; i++) {
        void *module = dlopen(names[i], RTLD_NOW);
        if (!module) {
            puts(dlerror());
            return 1;
        }
        sum += ((int (*)(void))dlsym(module, "run"))();
    }
    printf("%d\n", sum);
    return 0;
}
