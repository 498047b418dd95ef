int alone(void) { return 2; }
