#include "base/version.hpp"

namespace tidings {

std::string_view version() { return TIDINGS_VERSION; }

}  // namespace tidings
