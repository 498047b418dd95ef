//#Prints: 0
__attribute__((weak)) int hook(void);
int run(void) { return hook ? hook() : 0; }
