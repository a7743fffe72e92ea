#include "post/html_token.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "base/url.hpp"

namespace tidings::post {
namespace {

constexpr int max_attributes = 100;
constexpr std::size_t max_name = 32;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A tag as written, without attributes that we do not use.
struct RawTag {
  std::string name;
  std::vector<TokenAttribute> attributes;
  bool self_closing = false;
  bool complete = false;

  [[nodiscard]] bool has(Attr wanted) const {
    return std::ranges::any_of(attributes,
                               [&](const TokenAttribute& attribute) { return attribute.name == wanted; });
  }

  [[nodiscard]] std::string_view value(Attr name_wanted) const {
    for (const auto& [attribute, text] : attributes) {
      if (attribute == name_wanted) return text;
    }
    return {};
  }
};

class Tokeniser {
 public:
  explicit Tokeniser(std::string_view html) : html_(html) {}

  TokenList run() {
    while (at_ < html_.size()) {
      const auto open = html_.find('<', at_);
      if (open == std::string_view::npos) {
        put_text(html_.substr(at_));
        break;
      }
      put_text(html_.substr(at_, open - at_));
      at_ = open;
      markup();
    }
    finish_player();
    close_areas();
    return std::move(list_);
  }

 private:
  void markup() {
    const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : '\0';
    const char after = at_ + 2 < html_.size() ? html_[at_ + 2] : '\0';
    if (is_letter(next)) {
      const auto tag = read_tag(at_ + 1);
      if (tag.complete) start_tag(tag);
    } else if (next == '/' && is_letter(after)) {
      const auto tag = read_tag(at_ + 2);
      if (tag.complete) end_tag(tag);
    } else if (next == '!' && html_.substr(at_, 4) == "<!--") {
      skip_comment();
    } else if (next == '!' || next == '?' || (next == '/' && after != '\0')) {
      const auto close = html_.find('>', at_);
      at_ = close == std::string_view::npos ? html_.size() : close + 1;
    } else {
      put_text(html_.substr(at_, 1));
      ++at_;
    }
  }

  void skip_comment() {
    const auto rest = html_.substr(at_ + 4);
    if (rest.starts_with('>') || rest.starts_with("->")) {
      at_ += rest.starts_with('>') ? 5 : 6;
      return;
    }
    std::size_t from = at_ + 4;
    for (;;) {
      const auto dashes = html_.find("--", from);
      if (dashes == std::string_view::npos) {
        at_ = html_.size();
        return;
      }
      const auto tail = html_.substr(dashes + 2);
      if (tail.starts_with('>') || tail.starts_with("!>")) {
        at_ = dashes + (tail.starts_with('>') ? 3 : 4);
        return;
      }
      from = dashes + 1;
    }
  }

  RawTag read_tag(std::size_t at) {
    RawTag tag;
    const auto size = html_.size();
    const auto name_from = at;
    while (at < size && !is_blank(html_[at]) && html_[at] != '/' && html_[at] != '>') ++at;
    if (at - name_from <= max_name) tag.name = ascii_lower(html_.substr(name_from, at - name_from));
    int seen = 0;
    while (at < size && html_[at] != '>') {
      tag.self_closing = html_[at] == '/';
      if (is_blank(html_[at]) || html_[at] == '/') {
        ++at;
        continue;
      }
      at = read_attribute(at, ++seen <= max_attributes ? &tag : nullptr);
    }
    tag.complete = at < size;
    at_ = std::min(at + 1, size);
    return tag;
  }

  std::size_t read_attribute(std::size_t at, RawTag* tag) const {
    const auto size = html_.size();
    const auto name_from = at++;
    while (at < size && !is_blank(html_[at]) && html_[at] != '/' && html_[at] != '>' && html_[at] != '=')
      ++at;
    const auto name = html_.substr(name_from, at - name_from);
    auto after = at;
    while (after < size && is_blank(html_[after])) ++after;
    std::string_view value;
    if (after < size && html_[after] == '=') {
      at = after + 1;
      while (at < size && is_blank(html_[at])) ++at;
      const char quote = at < size ? html_[at] : '\0';
      const auto from = quote == '"' || quote == '\'' ? at + 1 : at;
      if (from != at) {
        at = std::min(html_.find(quote, from), size);
      } else {
        while (at < size && !is_blank(html_[at]) && html_[at] != '>') ++at;
      }
      value = html_.substr(from, at - from);
      if (from > after + 1 && at < size && html_[at] == quote && (quote == '"' || quote == '\'')) ++at;
    }
    if (tag != nullptr && name.size() <= max_name) keep_attribute(*tag, name, value);
    return at;
  }

  static void keep_attribute(RawTag& tag, std::string_view name, std::string_view value) {
    const auto attribute = attribute_of(ascii_lower(name));
    if (attribute == Attr::count) return;
    const bool known =
        std::ranges::any_of(tag.attributes, [&](const auto& a) { return a.name == attribute; });
    if (!known) tag.attributes.push_back({attribute, value});
  }

  void start_tag(const RawTag& raw) {
    if (foreign_depth_ > 0 && in_foreign(raw)) return;
    if (player_open_) {
      if (raw.name == "source" && player_url_.empty()) player_url_ = raw.value(Attr::src);
      if (raw.name != player_name_) return;
    }
    const auto tag = tag_of(raw.name);
    if (is_kept(tag)) {
      start_kept(tag, raw);
    } else {
      start_other(tag, raw);
    }
  }

  void start_kept(Tag tag, const RawTag& raw) {
    close_areas();
    put_start(tag, raw.attributes);
    if (raw.name == "summary" && !raw.has(Attr::style)) add_attribute(Attr::style, "font-weight:bold");
    if (raw.name == "nobr" && !raw.has(Attr::style)) add_attribute(Attr::style, "white-space:nowrap");
    if (tag == Tag::img && noscript_depth_ > 0) add_attribute(Attr::in_noscript, "");
    if (tag == Tag::img && !picture_set_.empty()) {
      // Of <picture> only the picture itself is kept; some leave its address to the sources.
      if (!raw.has(Attr::srcset)) add_attribute(Attr::srcset, picture_set_);
      picture_set_ = {};
    }
    if (raw.name == "xmp") {
      const auto from = at_;
      const auto end = skip_raw(raw.name);
      put_literal(html_.substr(from, end - from));
      put_end(Tag::pre);
    }
  }

  void start_other(Tag tag, const RawTag& raw) {
    switch (tag) {
      case Tag::hidden_code: skip_raw(raw.name); break;
      case Tag::hidden_text:
      case Tag::dropped: skip_closed(raw.name); break;
      case Tag::textarea: text_area(raw); break;
      case Tag::iframe:
        // "<iframe/>" comes from XML, where it has no content.
        if (!raw.self_closing) skip_closed(raw.name);
        put_link(raw.value(Attr::src), raw);
        break;
      case Tag::embed: put_link(raw.value(Attr::src), raw); break;
      case Tag::audio:
      case Tag::video: open_player(raw); break;
      case Tag::area: put_area(raw); break;
      case Tag::picture: picture_set_ = {}; break;
      case Tag::source: remember_source(raw); break;
      case Tag::noscript: ++noscript_depth_; break;
      case Tag::svg:
      case Tag::math: open_foreign(raw); break;
      case Tag::plaintext:
        close_areas();
        put_start(Tag::pre, {});
        put_literal(html_.substr(at_));
        at_ = html_.size();
        break;
      default: break;
    }
  }

  /// A form's text is shown as on a page; an unclosed element loses only its tag.
  void text_area(const RawTag& raw) {
    if (raw.self_closing || closing(raw.name) == std::string_view::npos) return;
    close_areas();
    const auto from = at_;
    const auto end = skip_raw(raw.name);
    put_start(Tag::pre, {});
    put_text(html_.substr(from, end - from));
    put_end(Tag::pre);
  }

  void remember_source(const RawTag& raw) {
    auto set = raw.value(Attr::srcset);
    if (set.empty()) set = raw.value(Attr::lazy_srcset);
    const auto kind = ascii_lower(trim(raw.value(Attr::type)));
    const bool everywhere = kind.empty() || kind == "image/jpeg" || kind == "image/png";
    if (!set.empty() && (everywhere || picture_set_.empty())) picture_set_ = set;
  }

  void end_tag(const RawTag& raw) {
    if (foreign_depth_ > 0) {
      close_foreign(raw.name);
      return;
    }
    if (player_open_) {
      if (raw.name == player_name_) finish_player();
      return;
    }
    const auto tag = tag_of(raw.name);
    if (tag == Tag::noscript && noscript_depth_ > 0) --noscript_depth_;
    if (tag == Tag::picture) picture_set_ = {};
    if (is_kept(tag) || raw.name == "map") close_areas();
    if (tag == Tag::br) put_start(Tag::br, {});  // what browsers make of </br>
    if (is_kept(tag) && !is_void(tag)) put_end(tag);
  }

  // ---- what is skipped
  // -------------------------------------------------------------------------------------------

  /// The place of the next "</name", or npos. Keeps each name's last result, so that all calls together read
  /// the input once.
  std::size_t closing(const std::string& name) {
    auto [it, fresh] = closings_.try_emplace(name, 0);
    auto& found = it->second;
    if (!fresh && (found == std::string_view::npos || found >= at_)) return found;
    for (found = html_.find("</", at_); found != std::string_view::npos;
         found = html_.find("</", found + 2)) {
      const auto after = found + 2 + name.size();
      if (after < html_.size() && ascii_iequals(html_.substr(found + 2, name.size()), name) &&
          (is_blank(html_[after]) || html_[after] == '/' || html_[after] == '>')) {
        break;
      }
    }
    return found;
  }

  /// Skips past the end tag of an element whose content is not markup. Returns where that content ends.
  std::size_t skip_raw(const std::string& name) {
    const auto end = std::min(closing(name), html_.size());
    const auto close = html_.find('>', end);
    at_ = close == std::string_view::npos ? html_.size() : close + 1;
    return end;
  }

  /// Skips past the end tag of an element dropped with its content; an unclosed one loses only its tag.
  void skip_closed(const std::string& name) {
    const auto end = closing(name);
    if (end == std::string_view::npos) return;
    const auto close = html_.find('>', end);
    at_ = close == std::string_view::npos ? html_.size() : close + 1;
  }

  void open_foreign(const RawTag& raw) {
    if (raw.self_closing) return;
    if (closing(raw.name) == std::string_view::npos) return;
    foreign_name_ = raw.name;
    foreign_depth_ = 1;
    integration_depth_ = 0;
    in_formula_word_ = false;
    formula_words_ = raw.name == "math" && raw.value(Attr::alt).empty();
    if (raw.name == "math") list_.tokens.push_back({.text = raw.value(Attr::alt)});
  }

  static bool is_integration_point(std::string_view name) {
    static constexpr std::array<std::string_view, 9> names{
        "foreignobject", "desc", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"};
    return std::ranges::find(names, name) != names.end();
  }

  /// Whether the tag belongs to the svg or math being skipped; HTML that breaks out of it ends the skipping
  /// (HTML 13.2.6.5).
  bool in_foreign(const RawTag& raw) {
    // Shows a formula's letters, numbers and signs in a row with blanks: a fraction must not read as a
    // number.
    static constexpr std::array<std::string_view, 5> words{"mi", "mn", "mo", "ms", "mtext"};
    in_formula_word_ =
        formula_words_ && !raw.self_closing && std::ranges::find(words, raw.name) != words.end();
    if (in_formula_word_) list_.tokens.push_back({.text = " "});
    if (raw.name == foreign_name_ && !raw.self_closing) ++foreign_depth_;
    if (is_integration_point(raw.name) && !raw.self_closing) ++integration_depth_;
    const auto tag = tag_of(raw.name);
    const bool breaks_out =
        is_kept(tag) && integration_depth_ == 0 && tag != Tag::a && tag != Tag::font && tag != Tag::mark;
    if (breaks_out) foreign_depth_ = 0;
    return !breaks_out;
  }

  void close_foreign(const std::string& name) {
    in_formula_word_ = false;
    if (name == foreign_name_) {
      --foreign_depth_;
    } else if (is_integration_point(name) && integration_depth_ > 0) {
      --integration_depth_;
    }
  }

  // ---- frames and players, which become links
  // --------------------------------------------------------------------

  void open_player(const RawTag& raw) {
    finish_player();
    player_name_ = raw.name;
    player_url_ = raw.value(Attr::src);
    player_ = raw;
    player_open_ = !raw.self_closing && closing(raw.name) != std::string_view::npos;
    if (!player_open_) put_link(player_url_, player_);
  }

  void finish_player() {
    if (player_open_) {
      player_open_ = false;
      put_link(player_url_, player_);
    }
  }

  static bool is_tiny(std::string_view size) {
    size = trim(size);
    return size == "0" || size == "1" || size == "0px" || size == "1px";
  }

  void put_link(std::string_view url, const RawTag& raw) {
    url = trim(url);
    if (!leads_to_web(url) || is_tiny(raw.value(Attr::width)) || is_tiny(raw.value(Attr::height))) return;
    close_areas();
    list_.made.push_back(label_of(url, raw));
    const std::string_view label = list_.made.back();
    put_start(Tag::a, {{{Attr::href, url}}});
    if (const auto poster = trim(raw.value(Attr::poster)); !poster.empty()) {
      put_start(Tag::img, {{{Attr::src, poster}, {Attr::alt, label}}});
    } else {
      put_text_token({.text = label});
    }
    put_end(Tag::a);
  }

  /// A link of our own would have text even if its address is refused.
  static bool leads_to_web(std::string_view url) {
    const auto end = url.find_first_of(":/?#");
    if (end == std::string_view::npos || url[end] != ':') return !url.empty();
    return ascii_iequals(url.substr(0, end), "https") || ascii_iequals(url.substr(0, end), "http");
  }

  /// The text of a link that replaces a player or an area: its title, else the host.
  static std::string label_of(std::string_view url, const RawTag& raw) {
    auto label = std::string{trim(raw.value(Attr::title))};
    if (label.empty()) label = trim(raw.value(Attr::alt));
    if (label.empty()) {
      const auto parsed = parse_url(url.starts_with("//") ? "https:" + std::string{url} : std::string{url});
      if (parsed)
        label = escape_html(parsed->host.starts_with("www.") ? parsed->host.substr(4) : parsed->host);
    }
    return label.empty() ? "\xE2\x96\xB6" : label;
  }

  /// An image map: its coordinates do not survive mail (the picture is narrowed, names clash), but a list of
  /// its links does.
  void put_area(const RawTag& raw) {
    const auto url = trim(raw.value(Attr::href));
    if (!leads_to_web(url)) return;
    if (!std::exchange(in_areas_, true)) put_start(Tag::ul, {});
    list_.made.push_back(label_of(url, raw));
    put_start(Tag::li, {});
    put_start(Tag::a, {{{Attr::href, url}}});
    put_text_token({.text = list_.made.back()});
    put_end(Tag::a);
    put_end(Tag::li);
  }

  void close_areas() {
    if (std::exchange(in_areas_, false)) put_end(Tag::ul);
  }

  // ---- output
  // ----------------------------------------------------------------------------------------------------

  void put_text_token(Token token) { list_.tokens.push_back(token); }

  void put_text(std::string_view text) {
    if (text.empty() || player_open_ || (foreign_depth_ > 0 && !in_formula_word_)) return;
    if (!std::ranges::all_of(text, is_blank)) close_areas();
    list_.tokens.push_back({.text = text});
  }

  void put_literal(std::string_view text) {
    if (!text.empty()) list_.tokens.push_back({.literal = true, .text = text});
  }

  void put_start(Tag tag, const std::vector<TokenAttribute>& attributes) {
    list_.tokens.push_back({.kind = Token::Kind::start,
                            .tag = tag,
                            .first_attribute = list_.attributes.size(),
                            .attribute_count = attributes.size()});
    list_.attributes.insert(list_.attributes.end(), attributes.begin(), attributes.end());
  }

  /// To the start tag added last.
  void add_attribute(Attr name, std::string_view value) {
    list_.attributes.push_back({name, value});
    ++list_.tokens.back().attribute_count;
  }

  void put_end(Tag tag) { list_.tokens.push_back({.kind = Token::Kind::end, .tag = tag}); }

  std::string_view html_;
  std::size_t at_ = 0;
  TokenList list_;
  std::map<std::string, std::size_t> closings_;
  int noscript_depth_ = 0;
  std::string foreign_name_;
  int foreign_depth_ = 0;
  int integration_depth_ = 0;
  bool formula_words_ = false;  ///< in a formula without its own text
  bool in_formula_word_ = false;
  bool in_areas_ = false;         ///< inside the list that replaces an image map
  std::string_view picture_set_;  ///< the srcset of a <source> in the open <picture>
  bool player_open_ = false;
  std::string player_name_;
  std::string_view player_url_;
  RawTag player_;
};

}  // namespace

TokenList tokenise(std::string_view html) { return Tokeniser{html}.run(); }

}  // namespace tidings::post
