//#Missing: lost_one lost_three lost_two
int lost_one(void), lost_two(void);
int run(void) { return lost_one() + lost_two(); }
