__attribute__((visibility("hidden"))) int api_hidden(void) { return 1; }
