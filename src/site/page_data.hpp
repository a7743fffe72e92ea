// Shapes that the templates of pages see, for pages.cpp and page_parts.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tidings::site {

/// One thing to choose, not chosen, labelled by its name; `group` and `number` make its id.
[[nodiscard]] nlohmann::json choice_of(std::string_view name, std::string_view group, std::size_t number);

/// One question about digests, without choices.
[[nodiscard]] nlohmann::json group_of(std::string legend, std::string_view type, std::string field);

}  // namespace tidings::site
