// The scene that began it all: the module calls a function of the host's archive that the host itself never
// calls. Without the pin the linker leaves crc.o out, and the module does not load.
//#Pins: util_crc
//#Exports: util_crc
#include "load.h"
