//#Prints: 42
int register_driver(void);
int run(void) { return register_driver(); }
