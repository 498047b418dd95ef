__attribute__((visibility("protected"))) int guarded(void) { return 42; }
