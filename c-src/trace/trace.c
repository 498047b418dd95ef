/* Module `trace`: shows every read and write of an image (`imgtool -t`), and their sum at the end.
 * An observer, not a driver. Leaves the counting to the archive's io/trace.o. */
#include "img/driver.h"
#include "img/util.h"

#include <inttypes.h>

static struct img_io_trace sums;

static void trace_io(const struct img *img, int is_write, uint64_t offset, size_t length)
{
    fprintf(stderr, "trace: %-5s %-5s 0x%08" PRIx64 " +%zu\n", img->driver->name,
            is_write ? "write" : "read", offset, length);
    img_io_trace_note(&sums, is_write, offset, length);
}

static void trace_report(void)
{
    img_io_trace_report(&sums, stderr);
}

static const struct img_observer trace_observer = {
    .name = "trace",
    .io = trace_io,
    .report = trace_report,
};

IMG_OBSERVER(trace_observer)
