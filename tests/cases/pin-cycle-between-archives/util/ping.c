int pong(void);
int ping(void) { return pong() + 1; }
