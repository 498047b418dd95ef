//#Prints: 42
int both(void), alone(void);
int run(void) { return both() + alone(); }
