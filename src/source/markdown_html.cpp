#include "source/markdown_html.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "base/text.hpp"

namespace tidings::source {
namespace {

constexpr int options = CMARK_OPT_UNSAFE | CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_FOOTNOTES;

/// cmark-gfm pads every row to the width of its table: a few bytes would become a very large page.
bool has_wide_table(std::string_view markdown) {
  constexpr std::ptrdiff_t most_columns = 50;
  return std::ranges::any_of(split(markdown, '\n'), [](std::string_view line) {
    return std::ranges::count(line, '|') > most_columns;
  });
}

using Parser = std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)>;
using Node = std::unique_ptr<cmark_node, decltype(&cmark_node_free)>;
using Text = std::unique_ptr<char, decltype(&std::free)>;

}  // namespace

std::string html_of_markdown(std::string_view markdown) {
  if (markdown.size() > longest_markdown) return {};
  static const bool registered = (cmark_gfm_core_extensions_ensure_registered(), true);
  const Parser parser{registered ? cmark_parser_new(options) : nullptr, &cmark_parser_free};
  if (!parser) return {};
  for (const char* name : {"table", "strikethrough"}) {
    if (std::string_view{name} == "table" && has_wide_table(markdown)) continue;
    if (auto* const extension = cmark_find_syntax_extension(name))
      cmark_parser_attach_syntax_extension(parser.get(), extension);
  }
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const Node document{cmark_parser_finish(parser.get()), &cmark_node_free};
  if (!document) return {};
  const Text html{
      cmark_render_html(document.get(), options, cmark_parser_get_syntax_extensions(parser.get())),
      &std::free};
  return html ? clean_utf8(trim(html.get())) : std::string{};
}

}  // namespace tidings::source
