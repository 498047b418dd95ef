//#Prints: 42
extern int table[4];
int run(void) { table[3] += 42; return table[3]; }
