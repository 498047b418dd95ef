// A member that the host takes for itself is there anyway; modules need it exported, and it counts as pinned
// because only an archive has it.
//#Exports: shared
int shared(void);
int (*used)(void) = shared;
#include "load.h"
