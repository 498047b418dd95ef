int shown(void) { return 42; }
