#include <stdio.h>

void app_greeting(char *to, size_t size, const char *whom)
{
    snprintf(to, size, "hello, %s", whom);
}
