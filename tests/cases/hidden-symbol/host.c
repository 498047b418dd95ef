// It exists, it would be pinned, the link would succeed, and dlopen would not find it.
//#Refused: secret: libutil.a(secret.c.o) defines it as hidden
//#Refused: needed by module mod: mod/mod.c
//#Refused: help: give the definition default visibility
#include "load.h"
