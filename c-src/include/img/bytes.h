/* Little-endian numbers in byte buffers. Knows no format. */
#ifndef IMG_BYTES_H
#define IMG_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline void img_put_le(uint8_t *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t img_get_le(const uint8_t *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = bytes; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

#endif
