// A weak undefined symbol takes no member out of an archive: a pin would change what the program does.
//#Pins:
//#Exports:
// mold warns of a name in the dynamic list that nothing in the link defines.
//#Noisy: mold
#include "load.h"
