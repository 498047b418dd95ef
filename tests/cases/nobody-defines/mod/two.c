int lost_two(void), lost_three(void);
int other(void) { return lost_two() + lost_three(); }
