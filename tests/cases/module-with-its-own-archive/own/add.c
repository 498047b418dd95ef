int base(void);
int own_add(int to) { return base() + to; }
