//#Prints: 1
int which(void);
int run(void) { return which(); }
