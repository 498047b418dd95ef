//#Prints: 42
int own_add(int to);
int run(void) { return own_add(2); }
