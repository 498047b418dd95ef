int secret(void);
int run(void) { return secret(); }
