/* What a block driver is, and how it makes itself known. The same source serves a module and a
 * built-in driver: a constructor registers it, at dlopen or before main. Knows no driver by name. */
#ifndef IMG_DRIVER_H
#define IMG_DRIVER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Every image but a raw one begins with these 16 bytes: "IMG:" and the driver's name, zero padded.
 * So the host knows which module to load before it has loaded any. */
#define IMG_HEAD_SIZE 16u
#define IMG_HEAD_MAGIC "IMG:"
#define IMG_NAME_MAX 11u

/* The build names the module, in both its forms; a compile by hand may leave it out. */
#ifndef MODPIN_MODNAME
#define MODPIN_MODNAME "unnamed"
#endif

struct img_driver;

/* An open image. The host owns the descriptor; `size` and `state` are set by the driver's open. */
struct img {
    const struct img_driver *driver;
    int fd;
    uint64_t size;
    void *state;
};

/* All functions answer 0 or a negative errno. The host has checked every range against `size`.
 * A new image reads as zeros. `describe` and `close` may be NULL. */
struct img_driver {
    const char *name;
    const char *about;
    int (*create)(int fd, uint64_t size);
    int (*open)(struct img *img);
    int (*read)(struct img *img, uint64_t offset, void *buffer, size_t length);
    int (*write)(struct img *img, uint64_t offset, const void *buffer, size_t length);
    int (*describe)(struct img *img, FILE *out);
    void (*close)(struct img *img);
};

/* Sees every read and write of every image; `report` is called once, before the program ends. */
struct img_observer {
    const char *name;
    void (*io)(const struct img *img, int is_write, uint64_t offset, size_t length);
    void (*report)(void);
};

/* Defined by the host. Both keep the pointer: what they are given lives as long as the program. */
void img_driver_register(const struct img_driver *driver, const char *module);
void img_observer_register(const struct img_observer *observer);

/* Used at file scope, without a semicolon: IMG_DRIVER(raw_driver) */
#define IMG_DRIVER(driver)                                                                         \
    __attribute__((constructor)) static void driver##_register(void)                               \
    {                                                                                              \
        img_driver_register(&(driver), MODPIN_MODNAME);                                            \
    }

#define IMG_OBSERVER(observer)                                                                     \
    __attribute__((constructor)) static void observer##_register(void)                             \
    {                                                                                              \
        img_observer_register(&(observer));                                                        \
    }

#endif
