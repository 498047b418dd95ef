// What a constructor does while its module is loaded. An exit code would call half of these a success.
// Only the token that comes after dlopen has returned is believed.
//#Linkers: bfd
#include "load.h"
