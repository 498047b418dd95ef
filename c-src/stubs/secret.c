/* The default source of passphrases: the environment. Does not prompt. */
#include "img/program.h"

#include <stdlib.h>

const char *img_ask_secret(const char *what)
{
    const char *secret = getenv("IMG_SECRET");
    if (secret == NULL || *secret == '\0') {
        img_monitor_print("%s needs a passphrase: set IMG_SECRET", what);
        return NULL;
    }
    return secret;
}
