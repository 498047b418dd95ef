/* Sizes as people write and read them. Does not know what is measured. */
#include "img/util.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char units[] = "KMGT";

int img_parse_size(const char *text, uint64_t *size)
{
    int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
    unsigned shift = 0;
    char *end;

    if (*text < '0' || *text > '9')
        return -EINVAL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, base);
    if (errno != 0)
        return -ERANGE;
    if (*end != '\0') {
        const char *unit = strchr(units, *end);
        if (unit == NULL || end[1] != '\0')
            return -EINVAL;
        shift = 10 * (unsigned)(unit - units + 1);
    }
    if (value > UINT64_MAX >> shift)
        return -ERANGE;
    *size = (uint64_t)value << shift;
    return 0;
}

const char *img_format_size(uint64_t size, char text[IMG_SIZE_TEXT])
{
    double shown = (double)size;
    const char *unit = units;
    if (size < 1024) {
        snprintf(text, IMG_SIZE_TEXT, "%" PRIu64 " bytes", size);
        return text;
    }
    for (shown /= 1024; shown >= 1024 && unit[1] != '\0'; unit++)
        shown /= 1024;
    snprintf(text, IMG_SIZE_TEXT, "%.1f %ciB", shown, *unit);
    return text;
}
