// A constructor that never returns. Its host may not even have started when the time is over: the verdict is the same.
//#Timeout: 1
//#Linkers: bfd
#include "load.h"
