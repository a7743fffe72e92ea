#include "source/html_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/html_entity.hpp"
#include "base/text.hpp"

namespace tidings::source {
namespace {

constexpr auto none = std::string_view::npos;

constexpr std::array<std::string_view, 112> elements{
    "a",      "abbr",     "acronym",  "address",  "applet",     "area",   "article", "aside",      "audio",
    "b",      "base",     "basefont", "bdi",      "bdo",        "big",    "blink",   "blockquote", "body",
    "br",     "button",   "canvas",   "caption",  "center",     "cite",   "code",    "col",        "colgroup",
    "data",   "dd",       "del",      "details",  "dfn",        "dialog", "dir",     "div",        "dl",
    "dt",     "em",       "embed",    "fieldset", "figcaption", "figure", "font",    "footer",     "form",
    "frame",  "h1",       "h2",       "h3",       "h4",         "h5",     "h6",      "head",       "header",
    "hr",     "html",     "i",        "iframe",   "img",        "input",  "ins",     "kbd",        "label",
    "legend", "li",       "link",     "main",     "map",        "mark",   "marquee", "meta",       "nav",
    "nobr",   "noscript", "object",   "ol",       "option",     "p",      "param",   "picture",    "pre",
    "q",      "rp",       "rt",       "ruby",     "s",          "samp",   "script",  "section",    "select",
    "small",  "source",   "span",     "strike",   "strong",     "style",  "sub",     "summary",    "sup",
    "svg",    "table",    "tbody",    "td",       "textarea",   "tfoot",  "th",      "thead",      "time",
    "title",  "tr",       "tt",       "u"};

constexpr std::array<std::string_view, 24> blocks{
    "address", "article", "blockquote", "br", "dd", "div", "dl",  "dt",      "h1",    "h2", "h3", "h4",
    "h5",      "h6",      "hr",         "li", "ol", "p",   "pre", "section", "table", "td", "tr", "ul"};

struct Tag {
  std::string name;        ///< lower case
  std::size_t length = 0;  ///< bytes from '<' to '>'
};

/// The tag of an HTML element, or a comment, at the start of `text`.
std::optional<Tag> tag_at(std::string_view text) {
  if (text.starts_with("<!--")) {
    const auto end = text.find("-->", 4);
    return end == none ? std::nullopt : std::optional{Tag{.name = "!", .length = end + 3}};
  }
  std::size_t i = 1;
  if (i < text.size() && text[i] == '/') ++i;
  const auto start = i;
  while (i < text.size() && i - start < 12 &&
         ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z') ||
          (i > start && text[i] >= '0' && text[i] <= '9'))) {
    ++i;
  }
  Tag tag{.name = ascii_lower(text.substr(start, i - start)), .length = 0};
  if (!is_html_element(tag.name) || i == text.size()) return std::nullopt;
  if (text[i] != '>' && text[i] != '/' && text[i] != ' ' && text[i] != '\n' && text[i] != '\t')
    return std::nullopt;
  constexpr std::size_t longest_tag = 4096;
  char quote = 0;
  for (; i < text.size() && i < longest_tag; ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      tag.length = i + 1;
      return tag;
    } else if (c == '<') {
      break;
    }
  }
  return std::nullopt;
}

bool has_reference(std::string_view text) {
  for (auto at = text.find('&'); at != none; at = text.find('&', at + 1)) {
    if (read_html_reference(text.substr(at), ReferencePlace::plain_text).length > 0) return true;
  }
  return false;
}

}  // namespace

bool is_html_element(std::string_view name) {
  if (name == "ul" || name == "var" || name == "video" || name == "wbr") return true;
  return std::binary_search(elements.begin(), elements.end(), name);
}

std::string plain_text_of_html(std::string_view html) {
  std::string stripped;
  stripped.reserve(html.size());
  std::string_view until;  // inside script or style: skip everything up to its end tag
  for (std::size_t i = 0; i < html.size();) {
    const auto bracket = std::min(html.find('<', i), html.size());
    if (until.empty()) stripped.append(html, i, bracket - i);
    i = bracket;
    if (i == html.size()) break;
    const auto tag = tag_at(html.substr(i));
    if (!tag) {
      if (until.empty()) stripped += '<';
      ++i;
      continue;
    }
    const bool is_end = html[i + 1] == '/';
    i += tag->length;
    if (!until.empty()) {
      if (is_end && tag->name == until) until = {};
    } else if (!is_end && (tag->name == "script" || tag->name == "style")) {
      until = tag->name == "script" ? "script" : "style";
    } else if (std::binary_search(blocks.begin(), blocks.end(), std::string_view{tag->name})) {
      stripped += ' ';
    }
  }
  return collapse_blanks(clean_utf8(decode_html_references(stripped, ReferencePlace::plain_text)));
}

namespace {

/// Lines of 55 to 80 columns, except the last: broken by a program, not by the author.
bool is_wrapped(const std::vector<std::string_view>& lines) {
  if (lines.size() < 3) return false;
  return std::all_of(lines.begin(), lines.end() - 1,
                     [](std::string_view line) { return line.size() >= 55 && line.size() <= 80; });
}

std::string paragraph_of(const std::vector<std::string_view>& lines) {
  const std::string_view between = is_wrapped(lines) ? "\n" : "<br>\n";
  std::string out;
  for (const auto line : lines) {
    if (!out.empty()) out += between;
    out += escape_html(trim(line));
  }
  return out;
}

}  // namespace

std::string html_of_plain_text(std::string_view text) {
  text = trim(text);
  if (text.find('\n') == none) return escape_html(text);
  std::string out;
  std::vector<std::string_view> lines;
  const auto flush = [&] {
    if (!lines.empty()) out += "<p>" + paragraph_of(lines) + "</p>\n";
    lines.clear();
  };
  for (const auto line : split(text, '\n')) {
    if (trim(line).empty()) {
      flush();
    } else {
      lines.push_back(line);
    }
  }
  flush();
  return std::string{trim(out)};
}

bool looks_like_html(std::string_view text) {
  for (auto at = text.find('<'); at != none; at = text.find('<', at + 1)) {
    if (tag_at(text.substr(at))) return true;
  }
  return has_reference(text);
}

bool has_closed_html(std::string_view text) {
  for (auto at = text.find('<'); at != none; at = text.find('<', at + 1)) {
    const auto tag = tag_at(text.substr(at));
    if (tag && (text[at + 1] == '/' || tag->name == "br" || tag->name == "img" || tag->name == "wbr"))
      return true;
  }
  return has_reference(text);
}

std::string mend_double_escaped(std::string html) {
  const auto escaped = html.find("&lt;");
  if (escaped == std::string::npos) return html;
  // With any real tag, escaped text is meant to be read as text. The first tag decides.
  for (auto at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    if (tag_at(std::string_view{html}.substr(at))) return html;
  }
  auto decoded = decode_html_references(html, ReferencePlace::plain_text);
  for (auto at = decoded.find("</"); at != std::string::npos; at = decoded.find("</", at + 1)) {
    if (tag_at(std::string_view{decoded}.substr(at))) return decoded;
  }
  if (decoded.find("<br") != std::string::npos || decoded.find("<img ") != std::string::npos) return decoded;
  return html;
}

}  // namespace tidings::source
