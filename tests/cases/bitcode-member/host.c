// clang's LTO objects are not even ELF.
//#Needs: clang
//#Refused: member bitcode.c.o: it is LLVM bitcode, whose symbols an archive's index cannot name
#include "load.h"
