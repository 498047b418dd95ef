//#Cflags: -flto -ffat-lto-objects
int fat(void) { return 42; }
