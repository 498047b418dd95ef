// A glob in the list keeps and exports every symbol that fits, wherever it is, and passes over what is hidden.
//#Lists: api_*
//#Pins: api_close api_open for_us
//#Exports: api_close api_of_host api_open for_us
#include "load.h"
int api_of_host(void) { return 1; }
static int api_static(void) { return 2; }
int other_of_host(void) { return api_static(); }
