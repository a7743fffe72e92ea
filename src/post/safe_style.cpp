#include "post/safe_style.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/text.hpp"

namespace tidings::post {
namespace {

constexpr std::size_t max_style = 4'096;
constexpr std::size_t max_value = 200;

constexpr std::array<std::string_view, 125> properties{"background-color",
                                                       "border",
                                                       "border-bottom",
                                                       "border-bottom-color",
                                                       "border-bottom-left-radius",
                                                       "border-bottom-right-radius",
                                                       "border-bottom-style",
                                                       "border-bottom-width",
                                                       "border-collapse",
                                                       "border-color",
                                                       "border-left",
                                                       "border-left-color",
                                                       "border-left-style",
                                                       "border-left-width",
                                                       "border-radius",
                                                       "border-right",
                                                       "border-right-color",
                                                       "border-right-style",
                                                       "border-right-width",
                                                       "border-spacing",
                                                       "border-style",
                                                       "border-top",
                                                       "border-top-color",
                                                       "border-top-left-radius",
                                                       "border-top-right-radius",
                                                       "border-top-style",
                                                       "border-top-width",
                                                       "border-width",
                                                       "box-shadow",
                                                       "box-sizing",
                                                       "break-inside",
                                                       "caption-side",
                                                       "clear",
                                                       "color",
                                                       "column-count",
                                                       "column-gap",
                                                       "column-rule",
                                                       "column-width",
                                                       "columns",
                                                       "direction",
                                                       "display",
                                                       "empty-cells",
                                                       "float",
                                                       "font",
                                                       "font-family",
                                                       "font-kerning",
                                                       "font-size",
                                                       "font-stretch",
                                                       "font-style",
                                                       "font-variant",
                                                       "font-variant-caps",
                                                       "font-variant-numeric",
                                                       "font-weight",
                                                       "height",
                                                       "hyphens",
                                                       "letter-spacing",
                                                       "line-height",
                                                       "list-style-position",
                                                       "list-style-type",
                                                       "margin",
                                                       "margin-block",
                                                       "margin-block-end",
                                                       "margin-block-start",
                                                       "margin-bottom",
                                                       "margin-inline",
                                                       "margin-inline-end",
                                                       "margin-inline-start",
                                                       "margin-left",
                                                       "margin-right",
                                                       "margin-top",
                                                       "max-height",
                                                       "max-width",
                                                       "min-height",
                                                       "min-width",
                                                       "object-fit",
                                                       "opacity",
                                                       "outline",
                                                       "outline-color",
                                                       "outline-style",
                                                       "outline-width",
                                                       "overflow",
                                                       "overflow-wrap",
                                                       "overflow-x",
                                                       "padding",
                                                       "padding-block",
                                                       "padding-block-end",
                                                       "padding-block-start",
                                                       "padding-bottom",
                                                       "padding-inline",
                                                       "padding-inline-end",
                                                       "padding-inline-start",
                                                       "padding-left",
                                                       "padding-right",
                                                       "padding-top",
                                                       "page-break-after",
                                                       "page-break-before",
                                                       "page-break-inside",
                                                       "ruby-position",
                                                       "tab-size",
                                                       "table-layout",
                                                       "text-align",
                                                       "text-align-last",
                                                       "text-decoration",
                                                       "text-decoration-color",
                                                       "text-decoration-line",
                                                       "text-decoration-style",
                                                       "text-decoration-thickness",
                                                       "text-emphasis",
                                                       "text-emphasis-color",
                                                       "text-emphasis-position",
                                                       "text-emphasis-style",
                                                       "text-indent",
                                                       "text-orientation",
                                                       "text-shadow",
                                                       "text-transform",
                                                       "text-underline-offset",
                                                       "text-underline-position",
                                                       "unicode-bidi",
                                                       "vertical-align",
                                                       "white-space",
                                                       "width",
                                                       "word-break",
                                                       "word-spacing",
                                                       "word-wrap",
                                                       "writing-mode"};
static_assert(std::ranges::is_sorted(properties));

struct Declaration {
  std::string property;
  std::string value;
};

/// One declaration in lower case, blanks collapsed, without "!important"; empty if it is invalid.
Declaration read(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  auto value = collapse_blanks(ascii_lower(text.substr(colon + 1)));
  if (const auto bang = value.find('!'); bang != std::string::npos)
    value = trim(std::string_view{value}.substr(0, bang));
  return {ascii_lower(trim(text.substr(0, colon))), std::move(value)};
}

/// The words of a value; brackets or quotes belong to the word before them.
std::vector<std::string_view> words_of(std::string_view value) {
  std::vector<std::string_view> words;
  int depth = 0;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    const char c = i < value.size() ? value[i] : ' ';
    depth += c == '(' ? 1 : c == ')' && depth > 0 ? -1 : 0;
    if ((c != ' ' || depth > 0) && i < value.size()) continue;
    if (i > from) words.push_back(value.substr(from, i - from));
    from = i + 1;
  }
  return words;
}

bool is_colour(std::string_view word) {
  static constexpr std::array<std::string_view, 24> others{
      "auto",     "border-box", "bottom", "center", "contain",   "content-box", "cover",       "fixed",
      "inherit",  "initial",    "left",   "local",  "no-repeat", "none",        "padding-box", "repeat",
      "repeat-x", "repeat-y",   "right",  "round",  "scroll",    "space",       "top",         "unset"};
  if (word.starts_with('#') || word.starts_with("rgb") || word.starts_with("hsl")) return true;
  return std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; }) &&
         std::ranges::find(others, word) == others.end();
}

/// Reduces a shorthand to what mail allows: the colour of a background, the mark of a list, a font without
/// quotes. Light text would be unreadable if its background went missing.
void reduce_shorthand(Declaration& declaration) {
  auto& [property, value] = declaration;
  if (property == "background" || property == "background-color") {
    const auto words = words_of(value);
    const auto colour = std::ranges::find_if(words, is_colour);
    value = colour == words.end() ? std::string{} : std::string{*colour};
    property = "background-color";
  } else if (property == "list-style") {
    const auto words = words_of(value);
    const auto mark = std::ranges::find_if(words, [](std::string_view word) {
      return word != "inside" && word != "outside" && word.find('(') == std::string_view::npos;
    });
    value = mark == words.end() ? std::string{} : std::string{*mark};
    property = "list-style-type";
  } else if (property == "font" || property == "font-family") {
    std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
    if (const auto slash = value.find('/');
        slash != std::string::npos) {  // "12px/1.5": the height of the line
      value.erase(slash, std::min(value.find(' ', slash), value.size()) - slash);
    }
  } else if (property == "display" && value != "block" && value != "inline" && value != "inline-block") {
    value.clear();
  }
}

bool has_plain_characters(std::string_view value) {
  return std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view{" #%.,()-+"}.find(c) != std::string_view::npos;
  });
}

/// Brackets only after names of colours, closed and not nested.
bool has_plain_functions(std::string_view value) {
  for (auto open = value.find('('); open != std::string_view::npos; open = value.find('(', open + 1)) {
    const auto name_from = value.find_last_of(" ,)", open);
    const auto name = value.substr(name_from == std::string_view::npos ? 0 : name_from + 1,
                                   open - (name_from == std::string_view::npos ? 0 : name_from + 1));
    if (name != "rgb" && name != "rgba" && name != "hsl" && name != "hsla") return false;
    const auto close = value.find_first_of("()", open + 1);
    if (close == std::string_view::npos || value[close] == '(') return false;
  }
  return std::ranges::count(value, '(') == std::ranges::count(value, ')');
}

/// No negative length, none over the limit.
bool has_plain_lengths(std::string_view value, int max_width) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool begins = i == 0 || value[i - 1] == ' ' || value[i - 1] == ',' || value[i - 1] == '(';
    if (!begins) continue;
    if (value[i] == '-' && i + 1 < value.size() && value[i + 1] != '-') return false;
    if (value[i] < '0' || value[i] > '9') continue;
    double number = 0;
    const auto* const end = std::from_chars(value.data() + i, value.data() + value.size(), number).ptr;
    const auto unit = value.substr(static_cast<std::size_t>(end - value.data()));
    if (unit.starts_with("px") && number > max_width) return false;
    if (unit.starts_with('%') && number > 100) return false;
    if ((unit.starts_with("em") || unit.starts_with("rem") || unit.starts_with("ex") ||
         unit.starts_with("ch") || unit.starts_with("v") || unit.starts_with("in") || unit.starts_with("c") ||
         unit.starts_with("mm")) &&
        number > 40) {
      return false;
    }
    if (unit.starts_with("pt") && number > max_width) return false;
  }
  return true;
}

bool makes_words_vanish(const Declaration& declaration) {
  const auto& [property, value] = declaration;
  if (property == "overflow" || property == "overflow-x") return value == "hidden" || value == "clip";
  if (property != "opacity") return false;
  double opacity = 0;
  std::from_chars(value.data(), value.data() + value.size(), opacity);
  return opacity < 0.3;
}

bool is_allowed_declaration(const Declaration& declaration, int max_width) {
  const auto& [property, value] = declaration;
  if (value.empty() || value.size() > max_value) return false;
  if (!std::ranges::binary_search(properties, std::string_view{property})) return false;
  if (!has_plain_characters(value) || !has_plain_functions(value)) return false;
  if (property == "line-height" && value.size() > 2 &&
      value.find_first_not_of("0123456789") == std::string::npos)
    return false;
  if (makes_words_vanish(declaration)) return false;
  return property.ends_with("color") || has_plain_lengths(value, max_width);
}

template <class Visit>
void each_declaration(std::string_view style, Visit visit) {
  while (!style.empty()) {
    const auto end = style.find(';');
    if (auto declaration = read(style.substr(0, end)); !declaration.property.empty())
      visit(std::move(declaration));
    if (end == std::string_view::npos) return;
    style.remove_prefix(end + 1);
  }
}

}  // namespace

std::string safe_style(std::string_view style, int max_width) {
  std::string out;
  if (style.size() > max_style) return out;
  each_declaration(style, [&](Declaration declaration) {
    reduce_shorthand(declaration);
    if (!is_allowed_declaration(declaration, max_width)) return;
    if (!out.empty()) out += ';';
    out += declaration.property + ":" + declaration.value;
  });
  return out;
}

bool is_hiding(std::string_view style) {
  bool hiding = false;
  if (style.size() > max_style) return false;
  each_declaration(style, [&](const Declaration& declaration) {
    if (declaration.property == "display") hiding = declaration.value == "none";
  });
  return hiding;
}

}  // namespace tidings::post
