int bitcode(void);
int run(void) { return bitcode(); }
