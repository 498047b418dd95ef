/* The default way to tell the user something: a line on stderr. Does not know who speaks. */
#include "img/program.h"

#include <stdarg.h>
#include <stdio.h>

void img_monitor_print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", img_program_name());
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}
