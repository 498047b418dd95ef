int util_unused(void) { return 1; }
