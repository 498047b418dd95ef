int for_us(void) { return 42; }
