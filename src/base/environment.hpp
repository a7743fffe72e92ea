// The environment of programs that we start: ours without the variables that hold secrets.
#pragma once

#include <string>
#include <vector>

namespace tidings {

/// For the whole process: variables that no program started by us shall see. Called once, when the
/// configuration has been read.
void hide_variables(std::vector<std::string> names);

/// What a child gets, for posix_spawn() and the like. Refers to our own environment, which must not change
/// meanwhile.
class ChildEnvironment {
 public:
  ChildEnvironment();
  [[nodiscard]] char* const* data() { return entries_.data(); }

 private:
  std::vector<char*> entries_;  ///< ends with a null pointer
};

}  // namespace tidings
