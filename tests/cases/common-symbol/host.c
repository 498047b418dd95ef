// A tentative definition, as old C has them: neither text nor data until the link.
//#Pins: table
//#Exports: table
#include "load.h"
