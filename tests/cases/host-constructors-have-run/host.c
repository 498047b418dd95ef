// Modules may count on what the host sets up before main; its main does not run during a check.
//#Exports: ready
#include <stdlib.h>
int ready;
__attribute__((constructor)) static void prepare(void) { ready = 42; }
#define main host_main
#include "load.h"
#undef main
int main(int argc, char **argv) { return argc == 1 ? (abort(), 1) : host_main(argc, argv); }
