/* Images as the commands see them: a path, a driver, bytes. Chooses the driver by the image's head
 * and loads its module on demand. Knows no format. */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "imgtool.h"

#include "img/util.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct img_observer *watching;

/* The name goes into a file name, and may come from an image that a stranger made. */
static int is_driver_name(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_')
            return 0;
    return length > 0 && length <= IMG_NAME_MAX;
}

int image_driver(const char *name, const struct registered **found)
{
    char module[sizeof "block/" + IMG_NAME_MAX];
    if (!is_driver_name(name))
        return -EINVAL;
    *found = registry_find(name);
    if (*found == NULL) {
        snprintf(module, sizeof module, "block/%s", name);
        if (modules_load(module) != 0)
            return -ENOTSUP;
        *found = registry_find(name);
    }
    return *found != NULL ? 0 : -ENOTSUP;
}

int image_create(const char *path, const char *format, uint64_t size)
{
    const struct registered *with;
    int error = image_driver(format, &with);
    if (error == 0 && size > INT64_MAX)
        error = -EFBIG;
    if (error != 0)
        return error;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    error = with->driver->create(fd, size);
    if (close(fd) != 0 && error == 0)
        error = -errno;
    if (error != 0)
        unlink(path);
    return error;
}

/* "raw" unless the file begins with a head. */
static int format_of(int fd, char name[IMG_HEAD_SIZE])
{
    const size_t magic = strlen(IMG_HEAD_MAGIC);
    char head[IMG_HEAD_SIZE];
    struct stat about;
    if (fstat(fd, &about) != 0)
        return -errno;
    if (!S_ISREG(about.st_mode))
        return -EINVAL;
    strcpy(name, "raw");
    if (about.st_size < (off_t)sizeof head)
        return 0;
    int error = img_read_at(fd, 0, head, sizeof head);
    if (error == 0 && memcmp(head, IMG_HEAD_MAGIC, magic) == 0 && head[sizeof head - 1] == '\0')
        memcpy(name, head + magic, sizeof head - magic);
    return error;
}

int image_open(const char *path, int writable, struct img *img)
{
    char format[IMG_HEAD_SIZE];
    const struct registered *with;
    *img = (struct img){.fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC)};
    if (img->fd < 0)
        return -errno;
    int error = format_of(img->fd, format);
    if (error == 0)
        error = image_driver(format, &with);
    if (error == 0) {
        img->driver = with->driver;
        error = img->driver->open(img);
    }
    if (error != 0)
        close(img->fd);
    else
        img_trace("%s is a %s image", path, format);
    return error;
}

static int check_range(const struct img *img, uint64_t offset, size_t length)
{
    return offset <= img->size && length <= img->size - offset ? 0 : -ERANGE;
}

int image_read(struct img *img, uint64_t offset, void *buffer, size_t length)
{
    int error = check_range(img, offset, length);
    if (error == 0 && watching != NULL)
        watching->io(img, 0, offset, length);
    return error != 0 ? error : img->driver->read(img, offset, buffer, length);
}

int image_write(struct img *img, uint64_t offset, const void *buffer, size_t length)
{
    int error = check_range(img, offset, length);
    if (error == 0 && watching != NULL)
        watching->io(img, 1, offset, length);
    return error != 0 ? error : img->driver->write(img, offset, buffer, length);
}

int image_close(struct img *img)
{
    if (img->driver->close != NULL)
        img->driver->close(img);
    return close(img->fd) == 0 ? 0 : -errno;
}

void image_observe(const struct img_observer *observer)
{
    watching = observer;
}
