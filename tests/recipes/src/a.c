int api(void), extra(void); int run(void) { return api() + extra(); }
