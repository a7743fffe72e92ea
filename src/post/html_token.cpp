#include "post/html_token.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "base/text.hpp"
#include "base/url.hpp"

namespace tidings::post {
namespace {

constexpr int max_attributes = 100;
constexpr std::size_t max_name = 32;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A tag as written; attributes of no interest are left out.
struct RawTag {
  std::string name;
  std::vector<TokenAttribute> attributes;
  bool self_closing = false;
  bool complete = false;

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
    while (at < size && !is_blank(html_[at]) && html_[at] != '/' && html_[at] != '>' && html_[at] != '=') ++at;
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
    const bool known = std::ranges::any_of(tag.attributes, [&](const auto& a) { return a.name == attribute; });
    if (!known) tag.attributes.push_back({attribute, value});
  }

  void start_tag(const RawTag& raw) {
    if (foreign_depth_ > 0 && in_foreign(raw)) return;
    if (player_open_) {
      if (raw.name == "source" && player_url_.empty()) player_url_ = raw.value(Attr::src);
      if (raw.name != player_name_) return;
    }
    const auto tag = tag_of(raw.name);
    switch (tag) {
      case Tag::dropped_raw: skip_raw(raw.name); return;
      case Tag::dropped: skip_balanced(raw.name); return;
      case Tag::iframe:
        skip_raw(raw.name);
        put_link(raw.value(Attr::src), raw);
        return;
      case Tag::embed: put_link(raw.value(Attr::src), raw); return;
      case Tag::audio:
      case Tag::video: open_player(raw); return;
      case Tag::noscript: ++noscript_depth_; return;
      case Tag::svg:
      case Tag::math: open_foreign(raw); return;
      case Tag::plaintext:
        put_start(Tag::pre, {});
        put_literal(html_.substr(at_));
        at_ = html_.size();
        return;
      default: break;
    }
    if (!is_kept(tag)) return;
    put_start(tag, raw.attributes);
    if (raw.name == "summary")
      list_.attributes.push_back({Attr::style, "font-weight:bold"}), ++list_.tokens.back().attribute_count;
    if (tag == Tag::img && noscript_depth_ > 0) {
      list_.attributes.push_back({Attr::in_noscript, ""});
      ++list_.tokens.back().attribute_count;
    }
    if (raw.name == "xmp") {
      const auto from = at_;
      const auto end = skip_raw(raw.name);
      put_literal(html_.substr(from, end - from));
      put_end(Tag::pre);
    }
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
    if (tag == Tag::br) put_start(Tag::br, {});  // what browsers make of </br>
    if (is_kept(tag) && !is_void(tag)) put_end(tag);
  }

  // ---- what is skipped -------------------------------------------------------------------------------------------

  /// Where "</name" comes next, or npos. Each name's last find is kept, so that all calls together read the input once.
  std::size_t closing(const std::string& name) {
    auto [it, fresh] = closings_.try_emplace(name, 0);
    auto& found = it->second;
    if (!fresh && (found == std::string_view::npos || found >= at_)) return found;
    for (found = html_.find("</", at_); found != std::string_view::npos; found = html_.find("</", found + 2)) {
      const auto after = found + 2 + name.size();
      if (after < html_.size() && ascii_iequals(html_.substr(found + 2, name.size()), name) &&
          (is_blank(html_[after]) || html_[after] == '/' || html_[after] == '>')) {
        break;
      }
    }
    return found;
  }

  /// Past the end tag of an element whose content is no markup. Returns where that content ends.
  std::size_t skip_raw(const std::string& name) {
    const auto end = std::min(closing(name), html_.size());
    const auto close = html_.find('>', end);
    at_ = close == std::string_view::npos ? html_.size() : close + 1;
    return end;
  }

  /// Past the end tag of an element that is dropped with its content; an unclosed one loses only its tag.
  void skip_balanced(const std::string& name) {
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
  }

  static bool is_integration_point(std::string_view name) {
    static constexpr std::array<std::string_view, 9> names{"foreignobject", "desc", "title", "mi", "mo",
                                                           "mn",            "ms",   "mtext", "annotation-xml"};
    return std::ranges::find(names, name) != names.end();
  }

  /// True while the tag belongs to the svg or math that is being skipped; HTML that breaks out of it ends the skipping
  /// (HTML 13.2.6.5).
  bool in_foreign(const RawTag& raw) {
    if (raw.name == foreign_name_ && !raw.self_closing) ++foreign_depth_;
    if (is_integration_point(raw.name) && !raw.self_closing) ++integration_depth_;
    const auto tag = tag_of(raw.name);
    const bool breaks_out = is_kept(tag) && integration_depth_ == 0 && tag != Tag::a && tag != Tag::font && tag != Tag::mark;
    if (breaks_out) foreign_depth_ = 0;
    return !breaks_out;
  }

  void close_foreign(const std::string& name) {
    if (name == foreign_name_) {
      --foreign_depth_;
    } else if (is_integration_point(name) && integration_depth_ > 0) {
      --integration_depth_;
    }
  }

  // ---- frames and players, which become links --------------------------------------------------------------------

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
    if (url.empty() || is_tiny(raw.value(Attr::width)) || is_tiny(raw.value(Attr::height))) return;
    auto label = std::string{trim(raw.value(Attr::title))};
    if (label.empty()) {
      const auto parsed = parse_url(url.starts_with("//") ? "https:" + std::string{url} : std::string{url});
      if (parsed) label = escape_html(parsed->host.starts_with("www.") ? parsed->host.substr(4) : parsed->host);
    }
    if (label.empty()) label = "\xE2\x96\xB6";
    list_.made.push_back(std::move(label));
    put_start(Tag::a, {{{Attr::href, url}}});
    put_text_token({.text = list_.made.back()});
    put_end(Tag::a);
  }

  // ---- output ----------------------------------------------------------------------------------------------------

  void put_text_token(Token token) { list_.tokens.push_back(token); }

  void put_text(std::string_view text) {
    if (!text.empty() && foreign_depth_ == 0 && !player_open_) list_.tokens.push_back({.text = text});
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

  void put_end(Tag tag) { list_.tokens.push_back({.kind = Token::Kind::end, .tag = tag}); }

  std::string_view html_;
  std::size_t at_ = 0;
  TokenList list_;
  std::map<std::string, std::size_t> closings_;
  int noscript_depth_ = 0;
  std::string foreign_name_;
  int foreign_depth_ = 0;
  int integration_depth_ = 0;
  bool player_open_ = false;
  std::string player_name_;
  std::string_view player_url_;
  RawTag player_;
};

}  // namespace

TokenList tokenise(std::string_view html) { return Tokeniser{html}.run(); }

}  // namespace tidings::post
