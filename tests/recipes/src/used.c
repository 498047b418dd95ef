int used(void) { return 1; }
