//#Prints: 42
int chosen(void);
int run(void) { return chosen(); }
