#include "message/embedded.hpp"

namespace tidings::message {

std::optional<std::string> find_embedded(std::string_view path) {
  for (const auto& [name, source] : embedded_templates()) {
    if (name == path) return std::string{source};
  }
  return std::nullopt;
}

}  // namespace tidings::message
