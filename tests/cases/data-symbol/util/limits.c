const int limits[3] = {1, 2, 42};
