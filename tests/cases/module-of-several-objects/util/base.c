int base(void) { return 40; }
int inner(void) { return 1; }
