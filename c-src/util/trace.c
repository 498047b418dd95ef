/* What the program is doing, step by step, for `imgtool -v`. Not to be taken for io/trace.c, which
 * counts reads and writes: two members of one archive with the same base name. */
#include "img/program.h"
#include "img/util.h"

#include <stdarg.h>

static int is_on;

void img_trace_on(void)
{
    is_on = 1;
}

void img_trace(const char *format, ...)
{
    char line[512];
    va_list args;
    if (!is_on)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    img_monitor_print("%s", line);
}
