/* CRC-32 as in zip and png, four bits at a time. Knows nothing of what it sums. The table is made by tools/mkcrc.c. */
#include <stdint.h>

#include "crc_table.h"
#include "img/util.h"

uint32_t img_crc32(uint32_t crc, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    crc = ~crc;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ crc_nibbles[crc & 15];
        crc = crc >> 4 ^ crc_nibbles[crc & 15];
    }
    return ~crc;
}
