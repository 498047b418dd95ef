//#Cflags: -flto
int bitcode(void) { return 42; }
