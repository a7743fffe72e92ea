// An edition on paper: A4, two columns, to be pinned to a board. Laid out by Chromium or WeasyPrint.
#pragma once

#include <string>

#include "base/result.hpp"
#include "edition/document.hpp"
#include "edition/epub.hpp"

namespace tidings::edition {

/// One HTML file with everything inside, that loads and runs nothing. Pure.
[[nodiscard]] std::string make_print_page(const Document& document, const BookFacts& facts,
                                          const Pictures& pictures);

/// The page as a PDF. Errc::unavailable if neither program is installed or the one that is fails; takes a
/// minute at most.
[[nodiscard]] Result<std::string> make_pdf(const std::string& page);

}  // namespace tidings::edition
