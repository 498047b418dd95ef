int more(void) { return 100; }
