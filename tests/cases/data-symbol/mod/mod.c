//#Prints: 42
extern const int limits[3];
int run(void) { return limits[2]; }
