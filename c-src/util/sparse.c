/* Which bytes need no room on a disk. Does not know where they go. */
#include "img/util.h"

#include <string.h>

int img_is_zero(const void *data, size_t length)
{
    const uint8_t *bytes = data;
    return length == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0);
}
