/* What drivers and libraries ask of the program around them. libimgstub has a default for each, one
 * function a member: a program overrides one by defining it. Knows nothing of images. */
#ifndef IMG_PROGRAM_H
#define IMG_PROGRAM_H

#include <stdint.h>

/* Tells the user one line, without a newline at its end. Default: stderr, after the program's name. */
__attribute__((format(printf, 1, 2))) void img_monitor_print(const char *format, ...);

/* The name that messages begin with. Default: "img". */
const char *img_program_name(void);

/* The passphrase for `what`, or NULL. Default: the environment's IMG_SECRET; nobody is asked. */
const char *img_ask_secret(const char *what);

/* Hears of long work. Weak and without a default: whoever calls it checks first that it is there. */
__attribute__((weak)) void img_progress_hook(const char *what, uint64_t done, uint64_t total);

#endif
