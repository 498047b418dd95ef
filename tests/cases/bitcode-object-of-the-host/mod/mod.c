//#Prints: 42
int from_host(void), from_archive(void);
int run(void) { return from_host() + from_archive(); }
