//#Prints: 42
int guarded(void);
int run(void) { return guarded(); }
