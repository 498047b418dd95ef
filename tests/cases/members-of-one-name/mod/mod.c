//#Prints: 42
int block_trace(void), net_trace(void);
int run(void) { return block_trace() + net_trace(); }
