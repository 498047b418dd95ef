/* Driver `raw`: the bytes of the file are the bytes of the image. Declared built in, so that there is
 * always one driver; nothing in this file knows that. */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "img/driver.h"
#include "img/util.h"

#include <errno.h>
#include <unistd.h>

static int raw_create(int fd, uint64_t size)
{
    return ftruncate(fd, (off_t)size) == 0 ? 0 : -errno;
}

static int raw_open(struct img *img)
{
    off_t end = lseek(img->fd, 0, SEEK_END);
    if (end < 0)
        return -errno;
    img->size = (uint64_t)end;
    return 0;
}

static int raw_read(struct img *img, uint64_t offset, void *buffer, size_t length)
{
    return img_read_at(img->fd, offset, buffer, length);
}

static int raw_write(struct img *img, uint64_t offset, const void *buffer, size_t length)
{
    return img_write_at(img->fd, offset, buffer, length);
}

static const struct img_driver raw_driver = {
    .name = "raw",
    .about = "the bytes as they are",
    .create = raw_create,
    .open = raw_open,
    .read = raw_read,
    .write = raw_write,
};

IMG_DRIVER(raw_driver)
