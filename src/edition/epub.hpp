// An edition as an EPUB 3.2 book: a chapter a post, a table of contents (and one for readers of EPUB 2),
// pictures inside. The same bytes for the same edition. Pure.
#pragma once

#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "edition/document.hpp"

namespace tidings::edition {

/// Pictures by the address that the document names.
using Pictures = std::map<std::string, std::string>;

/// What the title page and the library of an e-reader say.
struct BookFacts {
  std::string title;
  std::string publisher;
  std::string identity;  ///< of the edition and its language, for all time; hashed
  UtcTime published{};
};

/// PNG, JPEG and GIF go inside; another picture becomes its description and a link, as in a book without it.
[[nodiscard]] Result<std::string> make_epub(const Document& document, const BookFacts& facts,
                                            const Pictures& pictures);

/// "urn:uuid:..." of a book's identity.
[[nodiscard]] std::string book_id(const std::string& identity);

}  // namespace tidings::edition
