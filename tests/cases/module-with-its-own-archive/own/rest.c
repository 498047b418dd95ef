int own_rest(void) { return 0; }
