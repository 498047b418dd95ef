/* The default name in front of messages. imgtool defines its own, so this member stays unlinked. */
#include "img/program.h"

const char *img_program_name(void)
{
    return "img";
}
