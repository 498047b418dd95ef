/* Bytes as people read them: sixteen a line, hexadecimal and text. Reads no file. */
#include "img/util.h"

#include <inttypes.h>

void img_hexdump(FILE *out, uint64_t offset, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    for (size_t line = 0; line < length; line += 16) {
        size_t count = length - line < 16 ? length - line : 16;
        fprintf(out, "%08" PRIx64 " ", offset + line);
        for (size_t i = 0; i < 16; i++) {
            if (i < count)
                fprintf(out, "%s%02x", i == 8 ? "  " : " ", bytes[line + i]);
            else
                fputs(i == 8 ? "    " : "   ", out);
        }
        fputs("  |", out);
        for (size_t i = 0; i < count; i++) {
            uint8_t byte = bytes[line + i];
            fputc(byte >= 0x20 && byte < 0x7f ? byte : '.', out);
        }
        fputs("|\n", out);
    }
}
