//#Prints: 42
int base(void), inner(void);
int run(void) { return base() + inner(); }
