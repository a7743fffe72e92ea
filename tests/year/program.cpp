// The program's own main(), as a function.
#define main tidings_main
#include "../../src/main.cpp"
