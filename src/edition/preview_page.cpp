#include "edition/preview_page.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "edition/render.hpp"
#include "post/html_tree.hpp"

namespace tidings::edition {
namespace {

constexpr std::string_view style = R"css(
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:2rem}
table{border-collapse:collapse}
th,td{text-align:left;padding:.25rem 1.5rem .25rem 0;border-bottom:1px solid #8885;vertical-align:top}
summary{cursor:pointer;font-size:1.2rem;font-weight:600;padding:.5rem 0}
.frames{display:flex;gap:1.5rem;flex-wrap:wrap;align-items:flex-start}
figure{margin:0}figcaption{margin:0 0 .25rem}
iframe{height:900px;box-sizing:content-box;border:1px solid #8888;background:#fff}
pre{margin:0;padding:1rem;border:1px solid #8888;box-sizing:border-box;max-width:46rem;max-height:900px;overflow:auto;
white-space:pre-wrap;overflow-wrap:anywhere}
ol{max-width:60rem;overflow-wrap:anywhere}
)css";

std::string size_of(const std::string& bytes) { return format_size(static_cast<std::int64_t>(bytes.size())); }

std::string budget_words(const PreviewSegment& segment) {
  if (!segment.note.empty()) return "shortened: " + segment.note;
  if (segment.html.empty()) return "no HTML part";
  return fmt::format("nothing shortened ({}% of {})", segment.html.size() * 100 / html_budget_bytes,
                     format_size(html_budget_bytes));
}

std::string readers_words(const PreviewSegment& segment) {
  return segment.readers == 0 ? "a sample that is sent to nobody" : plural(segment.readers, "reader");
}

std::string overview(const Preview& preview) {
  std::string rows;
  for (const auto& segment : preview.segments) {
    rows += fmt::format(
        "<tr><td><a "
        "href=\"#{0}\">{0}</a></td><td>{1}</td><td>{2}</td><td>{3}</td><td>{4}</td><td>{5}</td><td>{6}</td></"
        "tr>\n",
        escape_html(segment.name), readers_words(segment), plural(segment.posts, "post"),
        size_of(segment.html), size_of(segment.text), size_of(segment.message.bytes),
        escape_html(budget_words(segment)));
  }
  return "<table><thead><tr><th>Segment</th><th>Readers</th><th>Posts</th><th>HTML</th><th>Text</"
         "th><th>Message</th>"
         "<th>Size budget</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table>\n";
}

std::string frame(const std::string& name, std::string_view scheme, int width) {
  return fmt::format(
      "<figure><figcaption>{2} pixels, {1}</figcaption><iframe loading=\"lazy\" src=\"{0}.{1}.html\" "
      "style=\"width:{2}px\" title=\"{0}, {2} pixels, {1}\"></iframe></figure>\n",
      name, scheme, width);
}

/// The header fields as they stand in the message.
std::string head_of(const std::string& message) {
  const auto end = message.find("\r\n\r\n");
  return replace_all(message.substr(0, end == std::string::npos ? message.size() : end), "\r\n", "\n") + "\n";
}

std::string link_list(const PreviewSegment& segment) {
  std::string items;
  for (const auto& link : segment.links) {
    items += fmt::format("<li dir=\"auto\"><a href=\"{0}\">{0}</a>{1}{2}</li>\n", escape_html(link.url),
                         link.words.empty() ? "" : ": ", escape_html(link.words));
  }
  return fmt::format("<h3>{}</h3>\n<ol>\n{}</ol>\n",
                     plural(static_cast<long long>(segment.links.size()), "link"), items);
}

std::string section_of(const PreviewSegment& segment, bool open) {
  const auto name = escape_html(segment.name);
  std::string files;
  std::string frames;
  if (!segment.html.empty()) {
    files = fmt::format("<a href=\"{0}.html\">HTML</a> · ", name);
    frames = frame(name, "light", 320) + frame(name, "light", 600) + frame(name, "dark", 600) +
             frame(name, "dark", 320);
  }
  frames +=
      fmt::format("<figure><figcaption>text</figcaption><pre lang=\"{}\" dir=\"auto\">{}</pre></figure>\n",
                  escape_html(segment.language), escape_html(segment.text));
  return fmt::format(
      "<details id=\"{0}\"{1}><summary>{0}: <span dir=\"auto\">{2}</span></summary>\n"
      "<p>{3} · {4} · {5}<br>files: {6}<a href=\"{0}.txt\">text</a> · <a href=\"{0}.eml\">message</a></p>\n"
      "<div class=\"frames\">\n{7}</div>\n<h3>Header fields</h3>\n<pre>{8}</pre>\n{9}</details>\n",
      name, open ? " open" : "", escape_html(segment.subject), readers_words(segment),
      plural(segment.posts, "post"), escape_html(budget_words(segment)), files, frames,
      escape_html(head_of(segment.message.bytes)), link_list(segment));
}

/// Every "(prefers-color-scheme: dark)" or light, however it is spaced.
std::string decide_queries(std::string_view html, Scheme scheme) {
  constexpr std::string_view feature = "prefers-color-scheme";
  std::string out;
  for (;;) {
    const auto at = html.find(feature);
    const auto open = at == std::string_view::npos ? at : html.rfind('(', at);
    const auto close = at == std::string_view::npos ? at : html.find(')', at);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    const bool asks_for_dark = html.substr(at, close - at).find("dark") != std::string_view::npos;
    out += html.substr(0, open);
    out += asks_for_dark == (scheme == Scheme::dark) ? "(min-width:0)" : "(max-width:0)";
    html.remove_prefix(close + 1);
  }
  out += html;
  return out;
}

void text_below(const post::Tree& tree, std::uint32_t index, std::string& out) {
  for (auto child = tree[index].first_child; child != 0; child = tree[child].next) {
    const auto& node = tree[child];
    if (node.tag == post::Tag::text) out += node.text;
    if (const auto* const alt = node.find(post::Attr::alt)) out += *alt;
    text_below(tree, child, out);
  }
}

}  // namespace

std::string with_scheme(std::string_view html, Scheme scheme) {
  auto out = decide_queries(html, scheme);
  const auto head_end = out.find("</head>");
  if (head_end == std::string::npos) return out;
  // Behind the mail's own rules: the canvas, form controls and scroll bars follow.
  out.insert(head_end, scheme == Scheme::dark ? "<style>:root{color-scheme:dark!important}</style>\n"
                                              : "<style>:root{color-scheme:light!important}</style>\n");
  return out;
}

std::vector<PreviewLink> links_of(std::string_view html) {
  const auto tree = post::parse_html(html);
  std::vector<PreviewLink> links;
  std::set<std::string> seen;
  for (std::uint32_t i = 1; i < tree.nodes.size(); ++i) {
    const auto* const href = tree[i].tag == post::Tag::a ? tree[i].find(post::Attr::href) : nullptr;
    if (href == nullptr || href->starts_with('#') || !seen.insert(*href).second) continue;
    PreviewLink link{.url = *href, .words = {}};
    text_below(tree, i, link.words);
    link.words = collapse_blanks(link.words);
    links.push_back(std::move(link));
  }
  return links;
}

std::string preview_index(const Preview& preview) {
  std::string sections;
  for (const auto& segment : preview.segments) sections += section_of(segment, sections.empty());
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Preview: {0}</title>"
      "<meta name=\"viewport\" content=\"width=device-width\"><style>{1}</style></head>\n<body><h1 "
      "dir=\"auto\">{0}</h1>\n{2}{3}"
      // A link of the table shows what it leads to.
      "<script>addEventListener('hashchange',()=>{{const "
      "e=document.getElementById(decodeURIComponent(location.hash.slice(1)));"
      "if(e)e.open=true}})</script>\n</body></html>\n",
      escape_html(preview.edition.title), style, overview(preview), sections);
}

}  // namespace tidings::edition
