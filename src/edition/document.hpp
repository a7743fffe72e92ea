// A sealed edition as a document: chapters of plain HTML, without the layout of its mail or page.
//
// Read back from the sealed bytes, so every form of an edition (edition/export) says what its readers got.
// Layout tables, styles, contents lists, hidden elements and the footer are dropped. A chapter begins at an
// element with an id, which our themes give each post, and at a heading outside of a post's text. A theme
// without either makes one chapter. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tidings::edition {

struct Chapter {
  std::string title;      ///< plain text on one line; never empty but for the first
  std::string language;   ///< BCP 47; empty: the document's
  std::string direction;  ///< "ltr" or "rtl"; empty: the document's
  int level = 2;          ///< rank of its heading: 1 to 6
  std::string html;       ///< sanitised, with its heading; pictures by web address or "data:" URL

  bool operator==(const Chapter&) const = default;
};

struct Document {
  std::string language;
  std::string direction = "ltr";
  std::vector<Chapter> chapters;  ///< the first is what stands before all posts: title, issue, introduction

  bool operator==(const Document&) const = default;
};

/// Errc::bad_data if the page holds no text, or is too large or too deeply nested to be read.
[[nodiscard]] Result<Document> read_document(const std::string& page);

}  // namespace tidings::edition
