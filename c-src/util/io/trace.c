/* How much is read and written, and how much of it in sequence. Not to be taken for ../trace.c,
 * which speaks of the program's steps. Knows no image and does no I/O of its own but the report. */
#include "img/util.h"

#include <inttypes.h>

void img_io_trace_note(struct img_io_trace *trace, int is_write, uint64_t offset, size_t length)
{
    trace->calls[is_write != 0]++;
    trace->bytes[is_write != 0] += length;
    if (offset == trace->next)
        trace->in_sequence++;
    trace->next = offset + length;
}

void img_io_trace_report(const struct img_io_trace *trace, FILE *out)
{
    static const char *const verbs[2] = {"reads ", "writes"};
    uint64_t calls = trace->calls[0] + trace->calls[1];
    char text[IMG_SIZE_TEXT];

    for (size_t i = 0; i < 2; i++)
        fprintf(out, "trace: %6" PRIu64 " %s %12s\n", trace->calls[i], verbs[i],
                img_format_size(trace->bytes[i], text));
    if (calls > 0)
        fprintf(out, "trace: %5" PRIu64 "%% in sequence\n", trace->in_sequence * 100 / calls);
}
