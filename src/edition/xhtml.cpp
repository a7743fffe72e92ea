#include "edition/xhtml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "post/html_tree.hpp"

namespace tidings::edition {
namespace {

using post::Attr;
using post::Node;
using post::Tag;

/// What may stand at a place: blocks too, or only text and inline elements.
enum class Place { flow, phrasing };

bool is_language(std::string_view tag) {
  std::size_t length = 0;
  bool first = true;
  for (const char c : tag) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == '-') {
      if (length == 0 || (first && length < 2)) return false;
      length = 0;
      first = false;
    } else if (!(letter || (!first && c >= '0' && c <= '9')) || ++length > 8) {
      return false;
    }
  }
  return first ? length >= 2 : length >= 1;
}

bool is_small_number(std::string_view text, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value > 0 && value <= most;
}

/// The element that stands for an inline one; empty: its content alone.
std::string_view inline_name(Tag tag) {
  switch (tag) {
    case Tag::abbr:
    case Tag::b:
    case Tag::bdi:
    case Tag::cite:
    case Tag::code:
    case Tag::del:
    case Tag::dfn:
    case Tag::em:
    case Tag::i:
    case Tag::ins:
    case Tag::kbd:
    case Tag::mark:
    case Tag::q:
    case Tag::s:
    case Tag::samp:
    case Tag::small:
    case Tag::strong:
    case Tag::sub:
    case Tag::sup:
    case Tag::u:
    case Tag::var: return post::name_of(tag);
    case Tag::acronym: return "abbr";
    case Tag::strike: return "s";
    case Tag::tt: return "code";
    case Tag::bdo:
    case Tag::span:
    case Tag::time:
    case Tag::data: return "span";
    default: return {};
  }
}

class XhtmlWriter {
 public:
  XhtmlWriter(const post::Tree& tree, const PictureName& picture) : tree_(tree), picture_(picture) {}

  std::string run() {
    children(tree_[0], Place::flow);
    return std::move(out_);
  }

 private:
  void children(const Node& node, Place place) {
    for (auto child = node.first_child; child != 0; child = tree_[child].next) write(tree_[child], place);
  }

  void write(const Node& node, Place place) {
    switch (node.tag) {
      case Tag::text: append_escaped_html(out_, node.text); return;
      case Tag::br: out_ += "<br/>"; return;
      case Tag::wbr: out_ += "<wbr/>"; return;
      case Tag::img: return image(node);
      case Tag::a: return link(node, place);
      case Tag::ruby: return ruby(node, place);
      case Tag::rp: return;
      default: break;
    }
    if (!post::is_block(node.tag)) return inline_element(node, place);
    if (place == Place::phrasing) return lines(node);
    block(node);
  }

  void block(const Node& node) {
    switch (node.tag) {
      case Tag::h1:
      case Tag::h2:
      case Tag::h3:
      case Tag::h4:
      case Tag::h5:
      case Tag::h6:
      case Tag::p:
      case Tag::pre: return element(post::name_of(node.tag), node, Place::phrasing);
      case Tag::hr: out_ += "<hr/>"; return;
      case Tag::blockquote: return element("blockquote", node, Place::flow);
      case Tag::ul:
      case Tag::menu: return list("ul", node);
      case Tag::ol: return list("ol", node);
      case Tag::dt: return element("p class=\"term\"", node, Place::phrasing);
      case Tag::dd: return element("div class=\"meaning\"", node, Place::flow);
      case Tag::figcaption:
      case Tag::caption:
      case Tag::summary: return element("p class=\"caption\"", node, Place::phrasing);
      case Tag::table: return table(node);
      default: return element("div", node, Place::flow);
    }
  }

  /// Nothing is written for an element without content.
  void element(std::string_view start, const Node& node, Place inside) {
    const auto begin = out_.size();
    out_ += '<';
    out_ += start;
    common_attributes(node);
    out_ += '>';
    const auto empty = out_.size();
    children(node, inside);
    if (trim(std::string_view{out_}.substr(empty)).empty()) {
      out_.resize(begin);
      return;
    }
    out_ += "</";
    out_ += start.substr(0, start.find(' '));
    out_ += '>';
    if (inside == Place::flow || start.front() == 'h' || start.front() == 'p') out_ += '\n';
  }

  void common_attributes(const Node& node) {
    if (const auto* lang = node.find(Attr::lang); lang != nullptr && is_language(*lang))
      out_ += fmt::format(" lang=\"{0}\" xml:lang=\"{0}\"", *lang);
    if (const auto* dir = node.find(Attr::dir)) {
      const auto value = ascii_lower(*dir);
      if (value == "ltr" || value == "rtl") out_ += fmt::format(" dir=\"{}\"", value);
    }
  }

  void inline_element(const Node& node, Place place) {
    const auto name = inline_name(node.tag);
    if (name.empty() || (place == Place::flow && has_block(node))) return children(node, place);
    const auto* title = node.find(Attr::title);
    if (name == "abbr" && title != nullptr)
      return element(fmt::format("abbr title=\"{}\"", escape_html(*title)), node, Place::phrasing);
    element(name, node, Place::phrasing);
  }

  /// A block where only text may stand: lines of their own.
  void lines(const Node& node) {
    if (!out_.empty() && !out_.ends_with('>')) out_ += "<br/>";
    const auto before = out_.size();
    children(node, Place::phrasing);
    if (out_.size() > before && !out_.ends_with("<br/>") && node.next != 0) out_ += "<br/>";
  }

  void link(const Node& node, Place place) {
    const auto* href = node.find(Attr::href);
    const auto url = href == nullptr ? std::string{} : valid_uri(*href);
    if (url.empty() || in_link_) return children(node, place);
    in_link_ = true;
    element(fmt::format("a href=\"{}\"", escape_html(url)), node,
            place == Place::flow && has_block(node) ? Place::flow : Place::phrasing);
    in_link_ = false;
  }

  void image(const Node& node) {
    const auto* source = node.find(Attr::src);
    if (source == nullptr) return;
    const auto* alt = node.find(Attr::alt);
    const auto description = alt == nullptr ? std::string{} : collapse_blanks(*alt);
    const auto name = picture_(*source);
    if (name.empty()) {
      const auto url = in_link_ ? std::string{} : valid_uri(*source);
      if (description.empty()) return;
      out_ += url.empty()
                  ? fmt::format("<span>[{}]</span>", escape_html(description))
                  : fmt::format("<a href=\"{}\">[{}]</a>", escape_html(url), escape_html(description));
      return;
    }
    out_ += fmt::format("<img src=\"{}\" alt=\"{}\"", escape_html(name), escape_html(description));
    for (const auto& [attribute, written] :
         {std::pair{Attr::width, "width"}, std::pair{Attr::height, "height"}}) {
      const auto* value = node.find(attribute);
      if (value != nullptr && is_small_number(*value, 10'000))
        out_ += fmt::format(" {}=\"{}\"", written, *value);
    }
    out_ += "/>";
  }

  /// Base text before each reading, or else the reading in brackets.
  void ruby(const Node& node, Place place) {
    bool has_base = false;
    bool regular = place == Place::phrasing || !has_block(node);
    bool ends_in_reading = false;
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      const auto tag = tree_[child].tag;
      if (tag == Tag::rp) continue;
      regular = regular && tag != Tag::rtc && (tag != Tag::rt || has_base);
      ends_in_reading = tag == Tag::rt;
      has_base = tag != Tag::rt;
    }
    regular = regular && ends_in_reading;
    if (regular) out_ += "<ruby>";
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      const auto& each = tree_[child];
      if (each.tag == Tag::rt || each.tag == Tag::rtc) {
        out_ += regular ? "<rt>" : "(";
        children(each, Place::phrasing);
        out_ += regular ? "</rt>" : ")";
      } else {
        write(each, Place::phrasing);
      }
    }
    if (regular) out_ += "</ruby>";
  }

  void list(std::string_view name, const Node& node) {
    const auto begin = out_.size();
    std::string start{name};
    if (const auto* from = node.find(Attr::start); from != nullptr && is_small_number(*from, 1'000'000))
      start += fmt::format(" start=\"{}\"", *from);
    out_ += '<' + start;
    common_attributes(node);
    out_ += ">\n";
    bool any = false;
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      const auto& each = tree_[child];
      if (each.tag == Tag::text && trim(each.text).empty()) continue;
      const auto before = out_.size();
      out_ += "<li>";
      const auto empty = out_.size();
      if (each.tag == Tag::li) {
        children(each, Place::flow);
      } else {
        write(each, Place::flow);
      }
      if (trim(std::string_view{out_}.substr(empty)).empty()) {
        out_.resize(before);
        continue;
      }
      out_ += "</li>\n";
      any = true;
    }
    if (!any) {
      out_.resize(begin);
      return;
    }
    out_ += fmt::format("</{}>\n", name);
  }

  void table(const Node& node) {
    std::vector<const Node*> rows;
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      if (tree_[child].tag == Tag::caption) block(tree_[child]);
      gather_rows(tree_[child], rows);
    }
    if (rows.empty()) return;
    out_ += "<table>\n";
    for (const auto* row : rows) {
      out_ += "<tr>";
      for (auto child = row->first_child; child != 0; child = tree_[child].next) {
        const auto& cell = tree_[child];
        if (cell.tag == Tag::td || cell.tag == Tag::th) table_cell(cell);
      }
      out_ += "</tr>\n";
    }
    out_ += "</table>\n";
  }

  void table_cell(const Node& cell) {
    out_ += fmt::format("<{}", post::name_of(cell.tag));
    for (const auto& [attribute, written] :
         {std::pair{Attr::colspan, "colspan"}, std::pair{Attr::rowspan, "rowspan"}}) {
      const auto* value = cell.find(attribute);
      if (value != nullptr && is_small_number(*value, 1000))
        out_ += fmt::format(" {}=\"{}\"", written, *value);
    }
    common_attributes(cell);
    out_ += '>';
    children(cell, Place::flow);
    out_ += fmt::format("</{}>", post::name_of(cell.tag));
  }

  void gather_rows(const Node& node, std::vector<const Node*>& rows) {
    if (node.tag == Tag::tr) {
      for (auto child = node.first_child; child != 0; child = tree_[child].next) {
        if (tree_[child].tag != Tag::td && tree_[child].tag != Tag::th) continue;
        rows.push_back(&node);
        return;
      }
    }
    if (node.tag != Tag::thead && node.tag != Tag::tbody && node.tag != Tag::tfoot) return;
    for (auto child = node.first_child; child != 0; child = tree_[child].next)
      gather_rows(tree_[child], rows);
  }

  [[nodiscard]] bool has_block(const Node& node) const {
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      if (post::is_block(tree_[child].tag) || has_block(tree_[child])) return true;
    }
    return false;
  }

  const post::Tree& tree_;
  const PictureName& picture_;
  std::string out_;
  bool in_link_ = false;
};

}  // namespace

std::string to_xhtml(std::string_view html, const PictureName& picture) {
  const auto tree = post::parse_html_mending(html);
  return XhtmlWriter{tree, picture}.run();
}

std::string valid_uri(std::string_view url) {
  const auto scheme = ascii_lower(url.substr(0, url.find(':')));
  if (url.find(':') == std::string_view::npos ||
      (scheme != "http" && scheme != "https" && scheme != "mailto" && scheme != "tel")) {
    return {};
  }
  const auto is_hex = [&](std::size_t at) {
    return at < url.size() && ((url[at] >= '0' && url[at] <= '9') || (url[at] >= 'a' && url[at] <= 'f') ||
                               (url[at] >= 'A' && url[at] <= 'F'));
  };
  constexpr std::string_view allowed = "-._~:/?@!$&'()*+,;=";
  const auto path = url.find_first_of("/?#", std::min(url.size(), scheme.size() + 3));
  std::string out;
  bool fragment = false;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       allowed.find(c) != std::string_view::npos;
    const bool literal_host = (c == '[' || c == ']') && i < path;
    const bool first_hash = c == '#' && !std::exchange(fragment, fragment || c == '#');
    if (plain || literal_host || first_hash || (c == '%' && is_hex(i + 1) && is_hex(i + 2))) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::vector<std::string> pictures_in(std::string_view html) {
  std::vector<std::string> out;
  const auto tree = post::parse_html_mending(html);
  for (const auto& node : tree.nodes) {
    const auto* source = node.tag == Tag::img ? node.find(Attr::src) : nullptr;
    if (source != nullptr && std::ranges::find(out, *source) == out.end()) out.push_back(*source);
  }
  return out;
}

}  // namespace tidings::edition
