// Posts of a page that a program builds: they stand in the JSON from which it does (Next.js, Nuxt, Redux,
// Apollo and their like), not in its markup. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "source/source.hpp"

namespace tidings::source {

/// The longest list of objects that have a title, a date and an address, at least three; empty if there is
/// none. An object with only a slug has the address of the page's link that ends in it.
[[nodiscard]] std::vector<Entry> read_page_state(std::string_view html, std::string_view base_url);

}  // namespace tidings::source
