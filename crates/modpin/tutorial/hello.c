#include <stdio.h>

void app_greeting(char *to, size_t size, const char *whom); /* in the archive */
int app_version(void);                                      /* in Rust */

int run(void)
{
    char text[32];
    app_greeting(text, sizeof text, "module");
    puts(text);
    fflush(stdout);
    return app_version();
}
