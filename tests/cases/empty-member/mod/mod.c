//#Prints: 42
int full(void);
int run(void) { return full(); }
