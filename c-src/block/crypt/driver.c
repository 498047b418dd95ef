/* Driver `crypt`: an image under a passphrase, by a TOY CIPHER (see cipher.c). Knows neither the
 * cipher nor the header's layout. */
#include "toycrypt.h"

#include "img/driver.h"
#include "img/program.h"
#include "img/util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)16 * 1024)

/* Encrypts a copy, since the caller's bytes are not ours to change. */
static int write_encrypted(int fd, const struct toycrypt *crypt, uint64_t offset, const uint8_t *data,
                           size_t length)
{
    uint8_t chunk[CHUNK];
    while (length > 0) {
        size_t count = length < CHUNK ? length : CHUNK;
        memcpy(chunk, data, count);
        toycrypt_apply(crypt, offset, chunk, count);
        int error = img_write_at(fd, TOYCRYPT_PAYLOAD + offset, chunk, count);
        if (error != 0)
            return error;
        data += count;
        offset += count;
        length -= count;
    }
    return 0;
}

/* A hole would decrypt to noise: the zeros of a new image are written out. */
static int crypt_create(int fd, uint64_t size)
{
    static const uint8_t zeros[CHUNK];
    struct toycrypt crypt;
    int error = size > INT64_MAX - TOYCRYPT_PAYLOAD ? -EFBIG : toycrypt_header_write(fd, size, &crypt);
    for (uint64_t at = 0; error == 0 && at < size; at += CHUNK) {
        size_t count = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
        error = write_encrypted(fd, &crypt, at, zeros, count);
        if (error == 0 && img_progress_hook)
            img_progress_hook("encrypting", at + count, size);
    }
    toycrypt_forget(&crypt);
    return error;
}

static int crypt_open(struct img *img)
{
    struct toycrypt *crypt = malloc(sizeof *crypt);
    if (crypt == NULL)
        return -ENOMEM;
    int error = toycrypt_header_read(img->fd, &img->size, crypt);
    if (error == 0 && img->size > INT64_MAX - TOYCRYPT_PAYLOAD)
        error = -EFBIG;
    if (error != 0)
        free(crypt);
    else
        img->state = crypt;
    return error;
}

static int crypt_read(struct img *img, uint64_t offset, void *buffer, size_t length)
{
    int error = img_read_at(img->fd, TOYCRYPT_PAYLOAD + offset, buffer, length);
    if (error == 0)
        toycrypt_apply(img->state, offset, buffer, length);
    return error;
}

static int crypt_write(struct img *img, uint64_t offset, const void *buffer, size_t length)
{
    return write_encrypted(img->fd, img->state, offset, buffer, length);
}

static int crypt_describe(struct img *img, FILE *out)
{
    const struct toycrypt *crypt = img->state;
    fputs("cipher    SHA-256 and a counter: a toy, not security\nsalt      ", out);
    for (size_t i = 0; i < TOYCRYPT_SALT; i++)
        fprintf(out, "%02x", crypt->salt[i]);
    fputc('\n', out);
    return 0;
}

static void crypt_close(struct img *img)
{
    toycrypt_forget(img->state);
    free(img->state);
}

static const struct img_driver crypt_driver = {
    .name = "crypt",
    .about = "under a passphrase, by a toy cipher (not security)",
    .create = crypt_create,
    .open = crypt_open,
    .read = crypt_read,
    .write = crypt_write,
    .describe = crypt_describe,
    .close = crypt_close,
};

IMG_DRIVER(crypt_driver)
