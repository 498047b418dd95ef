/* Who has registered: drivers and the observer, built in or from a module. Opens no file; works
 * before main, since the constructors of built-in drivers call it there. */
#include "imgtool.h"

#include "img/program.h"

#include <string.h>

#define DRIVERS_MAX 32u

static struct registered drivers[DRIVERS_MAX];
static size_t count;
static const struct img_observer *the_observer;
static const char *origin = BUILT_IN;

void img_driver_register(const struct img_driver *driver, const char *module)
{
    if (count == DRIVERS_MAX || registry_find(driver->name) != NULL) {
        img_monitor_print("driver %s of %s is left out: %s", driver->name, module,
                          count == DRIVERS_MAX ? "there are too many" : "there is one of that name");
        return;
    }
    size_t at = count++;
    for (; at > 0 && strcmp(drivers[at - 1].driver->name, driver->name) > 0; at--)
        drivers[at] = drivers[at - 1];
    drivers[at] = (struct registered){.driver = driver, .module = module};
    snprintf(drivers[at].origin, sizeof drivers[at].origin, "%s", origin);
}

void img_observer_register(const struct img_observer *observer)
{
    the_observer = observer;
}

size_t registry_count(void)
{
    return count;
}

const struct registered *registry_at(size_t index)
{
    return &drivers[index];
}

const struct registered *registry_find(const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(drivers[i].driver->name, name) == 0)
            return &drivers[i];
    return NULL;
}

const struct img_observer *registry_observer(void)
{
    return the_observer;
}

void registry_set_origin(const char *module)
{
    origin = module;
}
