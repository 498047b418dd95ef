//#Cflags: -ffunction-sections
int from_member(void) { return 40; }
int swept_away(void) { return 1; }
