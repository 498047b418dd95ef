/* The toy cipher: SHA-256 of key and counter, laid over the data with xor. NOT SECURITY: the same
 * position always gets the same stream, and nothing tells a changed byte. Knows no file. */
#define _DEFAULT_SOURCE
#include "toycrypt.h"

#include "img/bytes.h"
#include "img/util.h"

#include <string.h>

#define ROUNDS 2000

void toycrypt_derive(struct toycrypt *crypt, const char *secret)
{
    uint8_t text[IMG_SHA256_SIZE + TOYCRYPT_SALT];
    img_sha256(secret, strlen(secret), text);
    memcpy(text + IMG_SHA256_SIZE, crypt->salt, TOYCRYPT_SALT);
    for (int i = 0; i < ROUNDS; i++)
        img_sha256(text, sizeof text, text);
    memcpy(crypt->key, text, TOYCRYPT_KEY);
}

void toycrypt_apply(const struct toycrypt *crypt, uint64_t position, uint8_t *bytes, size_t length)
{
    uint8_t seed[TOYCRYPT_KEY + 8], stream[IMG_SHA256_SIZE];
    memcpy(seed, crypt->key, TOYCRYPT_KEY);
    for (size_t i = 0; i < length; i++, position++) {
        size_t inside = (size_t)(position % IMG_SHA256_SIZE);
        if (i == 0 || inside == 0) {
            img_put_le(seed + TOYCRYPT_KEY, position / IMG_SHA256_SIZE, 8);
            img_sha256(seed, sizeof seed, stream);
        }
        bytes[i] ^= stream[inside];
    }
}

/* A plain memset of what is freed next is left out by compilers. */
void toycrypt_forget(struct toycrypt *crypt)
{
#ifdef HAVE_EXPLICIT_BZERO
    explicit_bzero(crypt->key, sizeof crypt->key);
#else
    volatile uint8_t *bytes = crypt->key;
    for (size_t i = 0; i < sizeof crypt->key; i++)
        bytes[i] = 0;
#endif
}
