int api(void); int run(void) { return api(); }
