// Exports that the project lists for modules from elsewhere are kept like those that its own modules need.
//#Lists: for_others
//#Pins: for_others for_us
//#Exports: for_others for_us
#include "load.h"
