__attribute__((visibility("hidden"))) int secret(void) { return 42; }
