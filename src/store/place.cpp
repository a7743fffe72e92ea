#include "store/place.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace tidings::store {

std::string Place::name() const {
  return server ? fmt::format("{} schema {}", server->url, server->schema) : path.string();
}

std::filesystem::path Place::folder() const {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
}

bool is_schema_name(std::string_view name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 63 && !(name[0] >= '0' && name[0] <= '9') &&
         !name.starts_with("pg_") && std::ranges::all_of(name, is_plain);
}

}  // namespace tidings::store
