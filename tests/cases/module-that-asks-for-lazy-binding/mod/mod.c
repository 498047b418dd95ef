//#Ldflags: -Wl,-z,lazy
//#Missing: lost
int lost(void);
int run(void) { return lost(); }
