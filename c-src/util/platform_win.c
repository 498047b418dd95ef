/* What only Windows needs: a standard output that leaves newlines alone. Elsewhere this is a member
 * without a single symbol, which an archive may well have. */
#ifdef _WIN32

#include <fcntl.h>
#include <io.h>
#include <stdio.h>

void img_platform_binary_stdout(void);

void img_platform_binary_stdout(void)
{
    _setmode(_fileno(stdout), _O_BINARY);
}

#else

/* ISO C wants at least one declaration in a file. */
typedef int img_platform_win_is_empty;

#endif
