// The environment of child programs: ours without the variables that hold secrets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings {

/// Process-wide: variables that no child program may see. Called once, after the configuration is read.
void hide_variables(std::vector<std::string> names);

/// A child's environment for posix_spawn() and the like. Refers to our own environment, which must not change
/// meanwhile.
class ChildEnvironment {
 public:
  ChildEnvironment();
  [[nodiscard]] char* const* data() { return entries_.data(); }

 private:
  std::vector<char*> entries_;  ///< ends with a null pointer
};

/// The path of the program that would run: `name` itself if it has a slash, else the first of that name in
/// PATH. Empty if there is none, or none that may be executed.
[[nodiscard]] std::string find_program(std::string_view name);

}  // namespace tidings
