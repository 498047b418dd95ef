//#Libs: m
//#Prints: 3
double cbrt(double);
volatile double volume = 27;
int run(void) { return (int)(cbrt(volume) + 0.5); }
