// No loader, no modules: refused before anything is tried, because a preload would run the real main.
//#Ldflags: -static
//#Refused: host "host" is linked statically
//#Refused: help: link it without -static
int main(void) { return 0; }
