#include "post/html_links.hpp"

#include <utility>

#include "base/html_entity.hpp"
#include "base/text.hpp"
#include "post/html_token.hpp"

namespace tidings::post {

std::vector<HtmlLink> links_in(std::string_view html) {
  std::vector<HtmlLink> links;
  const auto list = tokenise(html);
  for (const auto& token : list.tokens) {
    if (token.kind != Token::Kind::start) continue;
    for (std::size_t i = 0; i < token.attribute_count; ++i) {
      const auto& [name, value] = list.attributes[token.first_attribute + i];
      const bool is_picture = name == Attr::src && token.tag == Tag::img;
      if (name != Attr::href && !is_picture) continue;
      auto url = decode_html_references(trim(value), ReferencePlace::attribute);
      if (url.empty()) continue;
      links.push_back(
          {.kind = is_picture ? HtmlLink::Kind::picture : HtmlLink::Kind::link, .url = std::move(url)});
    }
  }
  return links;
}

}  // namespace tidings::post
