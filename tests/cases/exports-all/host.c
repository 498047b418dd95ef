// The word `all` exports what the link keeps, and keeps nothing more than modules need.
//#Lists: all
//#Pins: for_us
//#Exports: for_us linked main of_host
#include "load.h"
int linked(void);
__attribute__((visibility("hidden"))) int hidden_in_host(void) { return 1; }
int of_host(void) { return linked() + hidden_in_host(); }
