int slim(void);
int run(void) { return slim(); }
