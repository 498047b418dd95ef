/* What the three files of block/crypt share. A TOY CIPHER: it shows a module, it protects nothing. */
#ifndef TOYCRYPT_H
#define TOYCRYPT_H

#include <stddef.h>
#include <stdint.h>

#define TOYCRYPT_KEY 32u
#define TOYCRYPT_SALT 16u
#define TOYCRYPT_PAYLOAD 128u /* where the image's bytes begin in the file */

struct toycrypt {
    uint8_t key[TOYCRYPT_KEY];
    uint8_t salt[TOYCRYPT_SALT];
};

/* cipher.c. `toycrypt_apply` both encrypts and decrypts the bytes that lie at `position`; `toycrypt_forget` wipes the key. */
void toycrypt_derive(struct toycrypt *crypt, const char *secret);
void toycrypt_apply(const struct toycrypt *crypt, uint64_t position, uint8_t *bytes, size_t length);
void toycrypt_forget(struct toycrypt *crypt);

/* header.c. Both ask for the passphrase; 0 or a negative errno (-EACCES: it is not the right one). */
int toycrypt_header_write(int fd, uint64_t size, struct toycrypt *crypt);
int toycrypt_header_read(int fd, uint64_t *size, struct toycrypt *crypt);

#endif
