int api_close(void) { return 1; }
