// A project cannot list an export that it does not have.
//#Lists: no_such_thing
//#Refused: no_such_thing: the project exports it, and nothing in the host defines it
#include "load.h"
