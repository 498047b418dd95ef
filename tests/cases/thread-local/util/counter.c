__thread int counter = 41;
