//#Prints: 42
int shown(void);
int run(void) { return shown(); }
