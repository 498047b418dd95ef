//#Prints: 40
int both(void);
int run(void) { return both(); }
