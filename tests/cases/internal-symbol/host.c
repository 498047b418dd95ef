// clang makes hidden out of internal.
//#Needs: gcc
//#Refused: secret: libutil.a(secret.c.o) defines it as internal
#include "load.h"
