//#Prints: 42
int for_us(void);
int run(void) { return for_us(); }
