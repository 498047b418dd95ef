//#Prints: 42
int fallback(void);
int run(void) { return fallback(); }
