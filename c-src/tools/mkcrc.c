/* Works out the table of CRC-32, four bits at a time, as a header for util/crc.c. Runs while imgtool is built, on the machine that
 * builds, whatever it is built for. */
#include <stdint.h>
#include <stdio.h>

/* x^32 + x^26 + x^23 + ... + 1, the lowest power in the highest bit, as in zip and png. */
#define POLYNOMIAL 0xedb88320u

int main(void)
{
    puts("static const uint32_t crc_nibbles[16] = {");
    for (uint32_t nibble = 0; nibble < 16; nibble++) {
        uint32_t crc = nibble;
        for (int bit = 0; bit < 4; bit++)
            crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        printf("    0x%08lx,\n", (unsigned long)crc);
    }
    return puts("};") < 0 || fflush(stdout) != 0;
}
