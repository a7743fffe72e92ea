#include "source/page_trim.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "base/text.hpp"

namespace tidings::source {
namespace {

constexpr std::size_t max_depth = 250;
constexpr std::size_t max_formatting = 40;
// How far up the open elements an end tag searches for its start tag.
constexpr std::size_t max_search = 80;
constexpr std::size_t max_name_bytes = 40;
constexpr std::size_t max_attributes = 60;
constexpr std::size_t max_value_bytes = 8192;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

/// Dropped with their content.
constexpr std::array<std::string_view, 11> unread{"script",   "style",    "svg",    "template",
                                                  "noscript", "iframe",   "canvas", "object",
                                                  "select",   "textarea", "math"};
constexpr std::array<std::string_view, 13> formatting{"b", "big",   "code",   "em",     "font", "i", "nobr",
                                                      "s", "small", "strike", "strong", "tt",   "u"};
constexpr std::array<std::string_view, 16> without_end{"area",  "base",  "br",    "col",   "embed", "hr",
                                                       "img",   "input", "link",  "meta",  "param", "source",
                                                       "track", "wbr",   "frame", "keygen"};
constexpr std::array<std::string_view, 12> often_unclosed{
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot", "colgroup"};
constexpr auto kept_attributes =
    std::to_array<std::string_view>({"class",          "id",          "href",          "src",
                                     "srcset",         "alt",         "title",         "datetime",
                                     "content",        "property",    "name",          "itemprop",
                                     "itemtype",       "rel",         "lang",          "dir",
                                     "type",           "colspan",     "rowspan",       "start",
                                     "value",          "width",       "height",        "role",
                                     "hidden",         "charset",     "data-src",      "reversed",
                                     "poster",         "data-srcset", "data-original", "data-lazy-src",
                                     "aria-hidden",    "http-equiv",  "data-testid",   "data-qa",
                                     "data-component", "data-area",   "data-hook",     "data-gu-name"});

struct Attribute {
  std::string name;
  std::string_view value;
};

struct StartTag {
  std::string name;
  std::vector<Attribute> attributes;
  std::size_t end = 0;  ///< past its '>'
};

class Trimmer {
 public:
  explicit Trimmer(std::string_view html) : html_(html) { out_.reserve(html.size() / 2); }

  std::string run() {
    while (at_ < html_.size()) {
      const auto open = html_.find('<', at_);
      out_ += html_.substr(at_, open == std::string_view::npos ? open : open - at_);
      if (open == std::string_view::npos) break;
      at_ = open;
      tag();
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t by) const { return at_ + by < html_.size() ? html_[at_ + by] : '\0'; }

  void tag() {
    const char next = peek(1);
    if (html_.substr(at_).starts_with("<!--")) {
      const auto end = html_.find("-->", at_ + 2);
      at_ = end == std::string_view::npos ? html_.size() : end + 3;
    } else if (next == '!' || next == '?') {
      const auto end = html_.find('>', at_);
      const auto stop = end == std::string_view::npos ? html_.size() : end + 1;
      if (ascii_iequals(html_.substr(at_, 9), "<!doctype")) out_ += html_.substr(at_, stop - at_);
      at_ = stop;
    } else if (next == '/' && is_letter(peek(2))) {
      end_tag();
    } else if (is_letter(next)) {
      start_tag();
    } else {
      out_ += "&lt;";
      ++at_;
    }
  }

  [[nodiscard]] std::string name_at(std::size_t from) const {
    auto end = from;
    while (end < html_.size() && !is_blank(html_[end]) && html_[end] != '>' && html_[end] != '/') ++end;
    return ascii_lower(html_.substr(from, end - from));
  }

  void end_tag() {
    const auto name = name_at(at_ + 2);
    const auto end = html_.find('>', at_);
    at_ = end == std::string_view::npos ? html_.size() : end + 1;
    if (name.size() > max_name_bytes || is_one_of(name, unread)) return;
    if (is_one_of(name, formatting)) {
      if (auto& dropped = dropped_formatting_[name]; dropped > 0) {
        --dropped;
        return;
      }
      if (formatting_open_ > 0) --formatting_open_;
    } else if (!is_one_of(name, often_unclosed) && !is_one_of(name, without_end)) {
      const auto most = std::min(open_.size(), max_search);
      for (std::size_t i = 0; i < most; ++i) {
        auto& each = open_[open_.size() - 1 - i];
        if (each.name != name) continue;
        const bool dropped = each.dropped;
        for (std::size_t k = 0; k <= i; ++k) {
          if (!open_.back().dropped) --depth_;
          open_.pop_back();
        }
        if (dropped) return;
        break;
      }
    }
    out_ += "</" + name + ">";
  }

  [[nodiscard]] StartTag read_start_tag() const {
    StartTag tag{.name = name_at(at_ + 1), .attributes = {}};
    auto at = at_ + 1 + tag.name.size();
    while (at < html_.size() && html_[at] != '>') {
      if (is_blank(html_[at]) || html_[at] == '/') {
        ++at;
        continue;
      }
      const auto begin = at++;
      while (at < html_.size() && !is_blank(html_[at]) && html_[at] != '=' && html_[at] != '>' &&
             html_[at] != '/')
        ++at;
      const auto name = html_.substr(begin, at - begin);
      while (at < html_.size() && is_blank(html_[at])) ++at;
      std::string_view value;
      if (at < html_.size() && html_[at] == '=') {
        ++at;
        while (at < html_.size() && is_blank(html_[at])) ++at;
        const char quote = at < html_.size() ? html_[at] : '\0';
        if (quote == '"' || quote == '\'') {
          const auto end = std::min(html_.find(quote, at + 1), html_.size());
          value = html_.substr(at + 1, end - at - 1);
          at = std::min(end + 1, html_.size());
        } else {
          const auto from = at;
          while (at < html_.size() && !is_blank(html_[at]) && html_[at] != '>') ++at;
          value = html_.substr(from, at - from);
        }
      }
      if (name.size() <= max_name_bytes && tag.attributes.size() < max_attributes)
        tag.attributes.push_back({ascii_lower(name), value});
    }
    tag.end = std::min(at + 1, html_.size());
    return tag;
  }

  void start_tag() {
    const auto tag = read_start_tag();
    at_ = tag.end;
    if (is_one_of(tag.name, unread)) {
      skip_unread(tag);
      return;
    }
    if (tag.name.size() > max_name_bytes || tag.name == "plaintext" || tag.name == "xmp" ||
        tag.name == "listing")
      return;
    if (is_one_of(tag.name, formatting)) {
      if (formatting_open_ >= max_formatting) {
        ++dropped_formatting_[tag.name];
        return;
      }
      ++formatting_open_;
    } else if (!is_one_of(tag.name, often_unclosed) && !is_one_of(tag.name, without_end)) {
      const bool dropped = depth_ >= max_depth;
      open_.push_back({tag.name, dropped});
      if (dropped) {
        out_ += ' ';
        return;
      }
      ++depth_;
    }
    write(tag);
  }

  void write(const StartTag& tag) {
    out_ += '<' + tag.name;
    for (const auto& [name, value] : tag.attributes) {
      const bool hides = name == "style" && (value.find("display") != std::string_view::npos ||
                                             value.find("visibility") != std::string_view::npos);
      if ((!hides && !is_one_of(name, kept_attributes)) || value.size() > max_value_bytes) continue;
      out_ += ' ' + name + "=\"";
      for (const char c : value) {
        if (c == '"') {
          out_ += "&quot;";
        } else {
          out_ += c;
        }
      }
      out_ += '"';
    }
    out_ += '>';
  }

  /// Past the end tag. An unclosed element loses only its tag, except code, which is never text.
  void skip_unread(const StartTag& tag) {
    const auto content = at_;
    const bool is_code = tag.name == "script" || tag.name == "style";
    if (endless_.contains(tag.name)) {
      if (is_code) at_ = html_.size();
      return;
    }
    const auto close = "</" + tag.name;
    for (auto end = html_.find("</", at_); end != std::string_view::npos; end = html_.find("</", end + 2)) {
      if (!ascii_iequals(html_.substr(end, close.size()), close)) continue;
      const auto stop = html_.find('>', end);
      at_ = stop == std::string_view::npos ? html_.size() : stop + 1;
      if (tag.name == "script" && is_linked_data(tag)) {
        out_ += R"(<script type="application/ld+json">)";
        out_ += html_.substr(content, end - content);
        out_ += "</script>";
      }
      return;
    }
    endless_.insert(tag.name);
    if (is_code) at_ = html_.size();
  }

  static bool is_linked_data(const StartTag& tag) {
    return std::ranges::any_of(tag.attributes, [](const Attribute& each) {
      return each.name == "type" && ascii_lower(each.value).find("ld+json") != std::string::npos;
    });
  }

  struct Open {
    std::string name;
    bool dropped;
  };
  std::string_view html_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<Open> open_;
  std::size_t depth_ = 0;
  std::size_t formatting_open_ = 0;
  std::map<std::string, std::size_t> dropped_formatting_;
  std::set<std::string> endless_;
};

}  // namespace

std::string trim_page(std::string_view html) { return Trimmer{html}.run(); }

}  // namespace tidings::source
