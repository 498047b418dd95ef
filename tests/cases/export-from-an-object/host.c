// What an object of the host defines needs no pin, only an export.
//#Pins:
//#Exports: register_driver
static int drivers = 41;
int register_driver(void) { return ++drivers; }
int not_for_modules(void) { return drivers; }
#include "load.h"
