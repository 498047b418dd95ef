//#Prints: 42
int fat(void);
int run(void) { return fat(); }
