//#Prints: 42
int from_member(void), from_object(void);
int run(void) { return from_member() + from_object(); }
