// Sanitised HTML as XHTML that a strict validator takes (EPUB 3.2, HTML 5.2 content models). Pure.
//
// Presentational elements and all styles are dropped; blocks inside of lines become lines; lists, tables and
// definitions hold what they may hold. Addresses become valid URIs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::edition {

/// The file that stands for the picture of this address in the document; empty: there is none, and its
/// description and a link stand in its place.
using PictureName = std::function<std::string(const std::string& url)>;

/// The content of a <body> or <section>.
[[nodiscard]] std::string to_xhtml(std::string_view html, const PictureName& picture);

/// `url` with every character that RFC 3986 forbids percent-encoded; empty unless it is http, https, mailto
/// or tel.
[[nodiscard]] std::string valid_uri(std::string_view url);

/// The addresses in src of <img>, in order, each once.
[[nodiscard]] std::vector<std::string> pictures_in(std::string_view html);

}  // namespace tidings::edition
