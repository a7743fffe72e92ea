// The version of this program, as CMakeLists.txt says it.
#pragma once

#include <string_view>

namespace tidings {

/// For example "0.1.0".
[[nodiscard]] std::string_view version();

}  // namespace tidings
