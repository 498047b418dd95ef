// A fat one shows them, pins and loads.
//#Needs: gcc
//#Pins: fat
#include "load.h"
