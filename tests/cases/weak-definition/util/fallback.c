__attribute__((weak)) int fallback(void) { return 42; }
