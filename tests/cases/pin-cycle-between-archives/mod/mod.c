//#Prints: 42
int ping(void);
int run(void) { return ping(); }
