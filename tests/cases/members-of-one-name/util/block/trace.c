int block_trace(void) { return 40; }
