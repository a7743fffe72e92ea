// HTML from anywhere: the sanitiser is idempotent, leaves nothing active, reads back as it was written; text
// and excerpts of it never fail. Where the fast builder says it is exact, gumbo agrees.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "post/excerpt.hpp"
#include "post/html_builder.hpp"
#include "post/html_token.hpp"
#include "post/html_tree.hpp"
#include "post/plain_text.hpp"
#include "post/sanitise.hpp"

namespace {

using namespace tidings;
using namespace tidings::post;

void require(bool good, const char* what, std::string_view a, std::string_view b = {}) {
  if (good) return;
  std::fprintf(stderr, "%s\n--- a\n%.*s\n--- b\n%.*s\n", what, static_cast<int>(a.size()), a.data(),
               static_cast<int>(b.size()), b.data());
  std::abort();
}

void show(const Tree& tree, std::uint32_t index, std::string& out) {
  const auto& node = tree[index];
  if (node.tag == Tag::text) {
    out += node.text;
    return;
  }
  out += '<';
  out += name_of(node.tag);
  for (const auto& [name, value] : node.attributes) {
    out += ' ';
    out += name_of(name);
    out += '=';
    out += value;
  }
  out += '>';
  for (auto child = node.first_child; child != 0; child = tree[child].next) show(tree, child, out);
  out += "</>";
}

std::string show(const Tree& tree) {
  std::string out;
  show(tree, 0, out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view html{reinterpret_cast<const char*>(data), size};
  for (const std::string base : {"https://example.org/a/b", ""}) {
    const SanitiseOptions options{.base_url = base};
    const auto once = sanitise(html, options);
    const auto twice = sanitise(once, options);
    require(once == twice, "not idempotent", once, twice);
    require(is_valid_utf8(once), "not UTF-8", once);
    require(once.empty() || show(parse_html(once)) == show(parse_html_by_gumbo(once)),
            "reads back as something else", show(parse_html(once)), show(parse_html_by_gumbo(once)));
    const auto text = html_to_text(once);
    require(is_valid_utf8(text), "text is not UTF-8", text);
    const auto excerpt = make_excerpt(once, {.words = 3});
    require(is_valid_utf8(excerpt.html), "excerpt is not UTF-8", excerpt.html);
    const auto again = sanitise(excerpt.html, options);
    require(again == excerpt.html, "excerpt is not what the sanitiser leaves", excerpt.html, again);
  }
  return 0;
}
