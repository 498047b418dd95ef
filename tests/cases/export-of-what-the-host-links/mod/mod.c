//#Prints: 42
int shared(void);
int run(void) { return shared(); }
