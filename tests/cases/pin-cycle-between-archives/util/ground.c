int ground(void) { return 40; }
