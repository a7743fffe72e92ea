#include "source/entity_table.hpp"

#include <algorithm>

#include "base/html_entity.hpp"

namespace tidings::source {

void EntityTable::declare(std::string_view name, std::string_view value) {
  constexpr std::size_t max_entities = 1000;
  constexpr std::size_t max_bytes = 2048;
  if (value.size() > max_bytes || values_.size() >= max_entities || values_.contains(std::string{name}))
    return;
  auto expanded = expand(value);
  if (expanded.size() <= max_bytes) values_.emplace(name, std::move(expanded));
}

const std::string* EntityTable::use(std::string_view name) {
  constexpr std::size_t budget_bytes = 1U << 20U;
  const auto found = values_.find(std::string{name});
  if (found == values_.end()) return nullptr;
  spent_bytes_ += found->second.size();
  return spent_bytes_ > budget_bytes ? nullptr : &found->second;
}

std::string EntityTable::expand(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto ampersand = std::min(text.find('&', i), text.size());
    out.append(text, i, ampersand - i);
    i = ampersand;
    if (i == text.size()) break;
    const auto semicolon = text.substr(i, 64).find(';');
    if (!values_.empty() && semicolon != std::string_view::npos) {
      if (const auto* const value = use(text.substr(i + 1, semicolon - 1))) {
        out += *value;
        i += semicolon + 1;
        continue;
      }
    }
    const auto reference = read_html_reference(text.substr(i), ReferencePlace::plain_text);
    if (reference.length > 0) {
      out += reference.characters;
      i += reference.length;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace tidings::source
