//#Prints: 42
extern __thread int counter;
int run(void) { return ++counter; }
