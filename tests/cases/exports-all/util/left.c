int left_in_its_archive(void) { return 1; }
