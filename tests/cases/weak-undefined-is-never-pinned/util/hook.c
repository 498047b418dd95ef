int hook(void) { return 1; }
