int for_nobody(void) { return 3; }
