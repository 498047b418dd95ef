/* What the archive libimgutil offers: one member a paragraph. Knows neither drivers nor commands. */
#ifndef IMG_UTIL_H
#define IMG_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* digest.o: the host never calls it; block/crypt does. `digest` may lie inside `data`. */
#define IMG_SHA256_SIZE 32u
void img_sha256(const void *data, size_t length, uint8_t digest[IMG_SHA256_SIZE]);

/* crc.o: start with 0, feed the result back in to go on. */
uint32_t img_crc32(uint32_t crc, const void *data, size_t length);

/* hexdump.o: `offset` is the address shown beside the first byte. */
void img_hexdump(FILE *out, uint64_t offset, const void *data, size_t length);

/* size.o: "64K", "0x200", "10G" to bytes (0 or -EINVAL, -ERANGE), and bytes to "64.0 KiB". */
#define IMG_SIZE_TEXT 24
int img_parse_size(const char *text, uint64_t *size);
const char *img_format_size(uint64_t size, char text[IMG_SIZE_TEXT]);

/* sparse.o: nonzero when every byte is zero. */
int img_is_zero(const void *data, size_t length);

/* trace.o: the steps of the program, for `imgtool -v`. Silent until turned on. */
void img_trace_on(void);
__attribute__((format(printf, 1, 2))) void img_trace(const char *format, ...);

/* io/full.o: the whole range or a negative errno; the end of the file is -EIO. */
int img_read_at(int fd, uint64_t offset, void *buffer, size_t length);
int img_write_at(int fd, uint64_t offset, const void *buffer, size_t length);

/* io/trace.o: counts reads and writes. The host never calls it; the module `trace` does. */
struct img_io_trace {
    uint64_t calls[2]; /* [0] reads, [1] writes */
    uint64_t bytes[2];
    uint64_t in_sequence; /* calls that began where the one before ended */
    uint64_t next;
};
void img_io_trace_note(struct img_io_trace *trace, int is_write, uint64_t offset, size_t length);
void img_io_trace_report(const struct img_io_trace *trace, FILE *out);

#endif
