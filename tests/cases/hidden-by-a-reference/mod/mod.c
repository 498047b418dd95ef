int shown(void);
int run(void) { return shown(); }
