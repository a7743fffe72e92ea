// The addresses that HTML names: links and pictures. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::post {

struct HtmlLink {
  enum class Kind { link, picture };  ///< href of any element, src of an img
  Kind kind = Kind::link;
  std::string url;  ///< as written, character references replaced
};

/// In the order of the text, empty ones left out.
[[nodiscard]] std::vector<HtmlLink> links_in(std::string_view html);

}  // namespace tidings::post
