//#Verdict: static-host
int run(void) { return 42; }
