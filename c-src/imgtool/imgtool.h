/* What the files of imgtool share. Modules see none of it: theirs is img/driver.h. */
#ifndef IMGTOOL_H
#define IMGTOOL_H

#include "img/driver.h"

/* A driver and where it came from: the name of the module that was loaded, or this. */
#define BUILT_IN "built in"
struct registered {
    const struct img_driver *driver;
    const char *module;
    char origin[40];
};

/* registry.c: what has registered itself so far, drivers sorted by name. */
size_t registry_count(void);
const struct registered *registry_at(size_t index);
const struct registered *registry_find(const char *name);
const struct img_observer *registry_observer(void);
/* Whoever registers from now on comes from there. */
void registry_set_origin(const char *module);

/* modules.c: 0 or -1, and then the user has been told why. */
int modules_load(const char *module);
int modules_load_drivers(void);

/* image.c: 0 or a negative errno. What is opened must be closed; `create` never overwrites. */
int image_driver(const char *name, const struct registered **found);
int image_create(const char *path, const char *format, uint64_t size);
int image_open(const char *path, int writable, struct img *img);
int image_read(struct img *img, uint64_t offset, void *buffer, size_t length);
int image_write(struct img *img, uint64_t offset, const void *buffer, size_t length);
int image_close(struct img *img);
void image_observe(const struct img_observer *observer);

/* commands.c: each is given its own arguments and answers the exit code. */
int command_create(char **args);
int command_info(char **args);
int command_convert(char **args);
int command_read(char **args);
int command_drivers(char **args);

#endif
