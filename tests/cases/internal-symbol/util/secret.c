__attribute__((visibility("internal"))) int secret(void) { return 42; }
