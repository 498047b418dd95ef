int for_others(void) { return 1; }
