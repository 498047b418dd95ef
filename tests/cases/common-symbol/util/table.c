//#Cflags: -fcommon
int table[4];
