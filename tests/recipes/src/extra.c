int extra(void) { return 10; }
