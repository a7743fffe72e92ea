// The pages of a preview folder: index.html with every segment side by side, and copies of a mail with a
// fixed colour scheme, since a viewer has only one scheme and wants to see both.
#pragma once

#include <string>
#include <string_view>

#include "edition/preview.hpp"

namespace tidings::edition {

enum class Scheme { light, dark };

/// `html` as a mail program with that scheme shows it: rules under prefers-color-scheme apply or not,
/// whatever the viewer's.
[[nodiscard]] std::string with_scheme(std::string_view html, Scheme scheme);

/// The links of a mail in order, each address once, with the text of its first link.
[[nodiscard]] std::vector<PreviewLink> links_of(std::string_view html);

/// Refers to the files that write_preview() puts beside it.
[[nodiscard]] std::string preview_index(const Preview& preview);

}  // namespace tidings::edition
