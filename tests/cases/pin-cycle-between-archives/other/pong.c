int ground(void);
int pong(void) { return ground() + 1; }
