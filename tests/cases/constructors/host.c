// What a constructor does while its module is loaded. An exit code would call half of these a success.
// Only the token that comes after dlopen has returned is believed.
//#Timeout: 1
//#Linkers: bfd
#include "load.h"
