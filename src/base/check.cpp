#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace tidings {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "tidings: bug: %s is false at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace tidings
