/* Reads and writes whole ranges of a descriptor: pread and pwrite may stop half-way. Knows no format. */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "img/util.h"

#include <errno.h>
#include <unistd.h>

int img_read_at(int fd, uint64_t offset, void *buffer, size_t length)
{
    uint8_t *at = buffer;
    while (length > 0) {
        ssize_t got = pread(fd, at, length, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EIO;
        at += got;
        offset += (uint64_t)got;
        length -= (size_t)got;
    }
    return 0;
}

int img_write_at(int fd, uint64_t offset, const void *buffer, size_t length)
{
    const uint8_t *at = buffer;
    while (length > 0) {
        ssize_t put = pwrite(fd, at, length, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? -errno : -EIO;
        at += put;
        offset += (uint64_t)put;
        length -= (size_t)put;
    }
    return 0;
}
