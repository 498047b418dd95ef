//#Cflags: -flto -fno-fat-lto-objects
int slim(void) { return 42; }
