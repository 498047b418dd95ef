/* Bytes as people read them, hexadecimal and text. How many stand in a line is an option. Reads no file. */
#include "img/util.h"

#include <autoconf.h>
#include <inttypes.h>

#define COLUMNS CONFIG_HEXDUMP_COLUMNS

void img_hexdump(FILE *out, uint64_t offset, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    for (size_t line = 0; line < length; line += COLUMNS) {
        size_t count = length - line < COLUMNS ? length - line : COLUMNS;
        fprintf(out, "%08" PRIx64 " ", offset + line);
        for (size_t i = 0; i < COLUMNS; i++) {
            if (i < count)
                fprintf(out, "%s%02x", i == COLUMNS / 2 ? "  " : " ", bytes[line + i]);
            else
                fputs(i == COLUMNS / 2 ? "    " : "   ", out);
        }
        fputs("  |", out);
        for (size_t i = 0; i < count; i++) {
            uint8_t byte = bytes[line + i];
            fputc(byte >= 0x20 && byte < 0x7f ? byte : '.', out);
        }
        fputs("|\n", out);
    }
}
