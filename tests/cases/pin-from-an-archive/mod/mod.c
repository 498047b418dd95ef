//#Prints: 42
int util_crc(void);
int run(void) { return util_crc(); }
