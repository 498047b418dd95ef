/* What the user can ask for: one function a command. Knows no format, opens no module itself. */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "imgtool.h"

#include "img/program.h"
#include "img/util.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)64 * 1024)

static int failed(const char *what, const char *doing, int error)
{
    img_monitor_print("%s: cannot %s: %s", what, doing, strerror(-error));
    return 1;
}

int command_create(char **args)
{
    char text[IMG_SIZE_TEXT];
    uint64_t size;
    int error = img_parse_size(args[2], &size);
    if (error != 0)
        return failed(args[2], "read this as a size", error);
    error = image_create(args[1], args[0], size);
    if (error != 0)
        return failed(args[1], "create", error);
    printf("%s: %s, %s\n", args[1], args[0], img_format_size(size, text));
    return 0;
}

int command_info(char **args)
{
    struct img img;
    struct stat file;
    char text[2][IMG_SIZE_TEXT];
    int error = image_open(args[0], 0, &img);
    if (error != 0)
        return failed(args[0], "open", error);
    error = fstat(img.fd, &file) == 0 ? 0 : -errno;
    if (error == 0) {
        printf("image     %s\n", args[0]);
        printf("format    %s (%s)\n", img.driver->name, registry_find(img.driver->name)->origin);
        printf("size      %s, in a file of %s\n", img_format_size(img.size, text[0]),
               img_format_size((uint64_t)file.st_size, text[1]));
        if (img.driver->describe != NULL)
            error = img.driver->describe(&img, stdout);
    }
    image_close(&img);
    return error != 0 ? failed(args[0], "describe", error) : 0;
}

/* Reads all of `from`, sums it, and copies what is not zero if there is somewhere to copy to. */
static int sweep(struct img *from, struct img *to, uint32_t *crc)
{
    static uint8_t chunk[CHUNK];
    *crc = 0;
    for (uint64_t at = 0; at < from->size; at += CHUNK) {
        size_t count = from->size - at < CHUNK ? (size_t)(from->size - at) : CHUNK;
        int error = image_read(from, at, chunk, count);
        if (error == 0 && to != NULL && !img_is_zero(chunk, count))
            error = image_write(to, at, chunk, count);
        if (error != 0)
            return error;
        *crc = img_crc32(*crc, chunk, count);
    }
    return 0;
}

/* Leaves no half a copy behind. */
static int copy(struct img *from, const char *path, const char *format, uint32_t *crc)
{
    struct img to;
    uint32_t written;
    int error = image_create(path, format, from->size);
    if (error != 0)
        return error;
    error = image_open(path, 1, &to);
    if (error == 0) {
        error = sweep(from, &to, crc);
        if (error == 0)
            error = sweep(&to, NULL, &written);
        if (error == 0 && written != *crc)
            error = -EIO;
        int closed = image_close(&to);
        error = error != 0 ? error : closed;
    }
    if (error != 0)
        unlink(path);
    return error;
}

int command_convert(char **args)
{
    struct img from;
    uint32_t crc;
    char text[IMG_SIZE_TEXT];
    if (strcmp(args[0], "-O") != 0)
        return failed(args[0], "use this in place of -O", -EINVAL);
    int error = image_open(args[2], 0, &from);
    if (error != 0)
        return failed(args[2], "open", error);
    error = copy(&from, args[3], args[1], &crc);
    if (error == 0)
        printf("%s (%s) -> %s (%s): %s, crc32 %08" PRIx32 ", read back and equal\n", args[2],
               from.driver->name, args[3], args[1], img_format_size(from.size, text), crc);
    image_close(&from);
    return error != 0 ? failed(args[3], "convert", error) : 0;
}

int command_read(char **args)
{
    static uint8_t chunk[CHUNK];
    struct img img;
    uint64_t offset, length;
    int error = img_parse_size(args[1], &offset);
    if (error == 0)
        error = img_parse_size(args[2], &length);
    if (error != 0)
        return failed(args[0], "read at this offset and length", error);
    error = image_open(args[0], 0, &img);
    if (error != 0)
        return failed(args[0], "open", error);
    if (offset > img.size || length > img.size - offset)
        error = -ERANGE;
    while (error == 0 && length > 0) {
        size_t count = length < CHUNK ? (size_t)length : CHUNK;
        error = image_read(&img, offset, chunk, count);
        if (error == 0)
            img_hexdump(stdout, offset, chunk, count);
        offset += count;
        length -= count;
    }
    image_close(&img);
    return error != 0 ? failed(args[0], "read", error) : 0;
}

int command_drivers(char **args)
{
    (void)args;
    int result = modules_load_drivers();
    printf("%-8s %-12s %-15s %s\n", "DRIVER", "MODULE", "FROM", "WHAT IT IS");
    for (size_t i = 0; i < registry_count(); i++) {
        const struct registered *one = registry_at(i);
        printf("%-8s %-12s %-15s %s\n", one->driver->name, one->module, one->origin,
               one->driver->about);
    }
    return result == 0 ? 0 : 1;
}
