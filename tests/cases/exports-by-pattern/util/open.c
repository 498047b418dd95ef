int api_open(void) { return 1; }
int inner_open(void) { return 2; }
