// The version of this program, from CMakeLists.txt.
#pragma once

#include <string_view>

namespace tidings {

/// For example "0.1.0".
[[nodiscard]] std::string_view version();

}  // namespace tidings
