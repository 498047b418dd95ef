/* The first bytes of an encrypted image, and the question for its passphrase. Knows no payload.
 *
 *   0  head, 16 bytes   16  size (8)   24  salt (16)   40  what the key must hash to (32) */
#include "toycrypt.h"

#include "img/bytes.h"
#include "img/driver.h"
#include "img/program.h"
#include "img/util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SIZE_AT 16u
#define SALT_AT 24u
#define CHECK_AT 40u
#define HEADER (CHECK_AT + IMG_SHA256_SIZE)

static int random_salt(uint8_t salt[TOYCRYPT_SALT])
{
    FILE *source = fopen("/dev/urandom", "rb");
    if (source == NULL)
        return -errno;
    size_t got = fread(salt, 1, TOYCRYPT_SALT, source);
    fclose(source);
    return got == TOYCRYPT_SALT ? 0 : -EIO;
}

int toycrypt_header_write(int fd, uint64_t size, struct toycrypt *crypt)
{
    uint8_t header[TOYCRYPT_PAYLOAD] = IMG_HEAD_MAGIC "crypt";
    const char *secret = img_ask_secret("crypt");
    if (secret == NULL)
        return -EACCES;
    int error = random_salt(crypt->salt);
    if (error != 0)
        return error;
    toycrypt_derive(crypt, secret);
    img_put_le(header + SIZE_AT, size, 8);
    memcpy(header + SALT_AT, crypt->salt, TOYCRYPT_SALT);
    img_sha256(crypt->key, TOYCRYPT_KEY, header + CHECK_AT);
    return img_write_at(fd, 0, header, sizeof header);
}

int toycrypt_header_read(int fd, uint64_t *size, struct toycrypt *crypt)
{
    uint8_t header[HEADER], check[IMG_SHA256_SIZE];
    int error = img_read_at(fd, 0, header, sizeof header);
    if (error != 0)
        return error;
    const char *secret = img_ask_secret("crypt");
    if (secret == NULL)
        return -EACCES;
    memcpy(crypt->salt, header + SALT_AT, TOYCRYPT_SALT);
    toycrypt_derive(crypt, secret);
    img_sha256(crypt->key, TOYCRYPT_KEY, check);
    if (memcmp(check, header + CHECK_AT, sizeof check) != 0) {
        img_monitor_print("crypt: this is not the passphrase");
        return -EACCES;
    }
    *size = img_get_le(header + SIZE_AT, 8);
    return 0;
}
