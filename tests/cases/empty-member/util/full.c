int full(void) { return 42; }
