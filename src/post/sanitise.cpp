#include "post/sanitise.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "post/html_escape.hpp"
#include "post/html_tree.hpp"
#include "post/image_rules.hpp"
#include "post/safe_style.hpp"
#include "post/safe_url.hpp"

namespace tidings::post {
namespace {

constexpr std::size_t max_attribute_text = 2'000;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\n\f\r") == std::string_view::npos; }

bool consists_of(std::string_view text, std::string_view extra, std::size_t max_size) {
  return !text.empty() && text.size() <= max_size && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           extra.find(c) != std::string_view::npos;
  });
}

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 6 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "300" or "50%", reduced to what fits; nothing if it is invalid or does not fit.
std::optional<std::string> safe_length(std::string_view text, int max_width) {
  text = trim(text);
  const auto value = std::string{text};
  if (const auto number = pixels(&value))
    return *number <= max_width ? std::optional{std::to_string(*number)} : std::nullopt;
  int percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool good = error == std::errc{} && percent >= 0 && percent <= 100 &&
                    end + 1 == text.data() + text.size() && *end == '%';
  return good ? std::optional{fmt::format("{}%", percent)} : std::nullopt;
}

/// WordPress and others show an emoji as a picture whose alternative text is the emoji.
bool is_emoji(std::string_view text) {
  constexpr std::size_t longest_bytes = 40;  // a family of four with skin tones
  if (text.empty() || text.size() > longest_bytes) return false;
  bool is_shown = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_code_point(text, at);
    const bool is_symbol = (c >= 0x2190 && c <= 0x2bff) || (c >= 0x1f000 && c <= 0x1faff);
    const bool is_part = c == 0x200d || c == 0xfe0f || (c >= 0xe0020 && c <= 0xe007f);
    if (!is_symbol && !is_part) return false;
    is_shown = is_shown || is_symbol;
  }
  return is_shown;
}

class Writer {
 public:
  Writer(Tree tree, const SanitiseOptions& options)
      : tree_(std::move(tree)),
        options_(options),
        limit_(options.max_bytes - std::min<std::size_t>(options.max_bytes / 2, 4'096)) {}

  std::string run() {
    children(tree_[0]);
    return std::move(out_);
  }

 private:
  void children(const Node& node) {
    for (auto child = node.first_child; child != 0; child = tree_[child].next) write(tree_[child]);
  }

  /// Escaping lengthens text: the output stays under the limit of the input, with room for end tags.
  void write(const Node& node) {
    if (full_) return;
    const auto before = out_.size();
    if (node.tag == Tag::text) {
      append_text(out_, node.text);
      if (!is_blank(node.text)) ++visible_;
    } else {
      write_element(node);
    }
    if (full_ || out_.size() <= limit_) return;
    full_ = true;
    if (node.tag == Tag::text) {
      cut(before);
    } else if (node.first_child == 0) {
      out_.resize(before);
    }
  }

  /// At a blank if there is one nearby, never inside a character or its reference.
  void cut(std::size_t from) {
    const auto blank = out_.rfind(' ', limit_);
    out_.resize(blank != std::string::npos && blank >= from && limit_ - blank < 200 ? blank : from);
  }

  void write_element(const Node& node) {
    const auto* style = node.find(Attr::style);
    if (node.find(Attr::hidden) != nullptr || (style != nullptr && is_hiding(*style))) return;
    if (node.tag == Tag::img) {
      image(node);
    } else if (node.tag == Tag::a) {
      link(node);
    } else {
      element(node);
    }
  }

  void element(const Node& node) {
    open(node.tag);
    if (node.tag == Tag::details) put(Attr::open, {});  // nobody would read it folded
    for (const auto& [name, value] : node.attributes) {
      if (is_allowed(node.tag, name)) {
        if (const auto safe = attribute(node.tag, name, value)) put(name, *safe);
      }
    }
    out_ += '>';
    if (is_void(node.tag)) return;
    // A parser drops a line end directly after <pre>.
    const bool line_end_first =
        node.tag == Tag::pre && node.first_child != 0 && tree_[node.first_child].text.starts_with('\n');
    if (line_end_first) out_ += '\n';
    children(node);
    close(node.tag);
  }

  void link(const Node& node) {
    const auto* raw = node.find(Attr::href);
    const auto href = raw == nullptr ? std::nullopt : safe_link(*raw, options_.base_url);
    if (!href || in_link_) {
      children(node);
      return;
    }
    const auto before = out_.size();
    const auto visible_before = visible_;
    in_link_ = true;
    open(Tag::a);
    put(Attr::href, *href);
    for (const auto& [name, value] : node.attributes) {
      if (name == Attr::href || !is_allowed(Tag::a, name)) continue;
      if (const auto safe = attribute(Tag::a, name, value)) put(name, *safe);
    }
    out_ += '>';
    children(node);
    close(Tag::a);
    in_link_ = false;
    // A link around a tracking pixel is empty once the pixel is gone.
    if (visible_ == visible_before) out_.resize(before);
  }

  void image(const Node& node) {
    const auto address = image_address(node, options_.base_url, options_.max_width);
    if (!address || is_tracking_pixel(node, *address)) return;
    constexpr int widest_emoji = 100;
    const auto* const alt = node.find(Attr::alt);
    if (alt != nullptr && is_emoji(trim(*alt)) &&
        pixels(node.find(Attr::width)).value_or(0) <= widest_emoji) {
      out_ += trim(*alt);
      ++visible_;
      return;
    }
    // <img data-src><noscript><img></noscript>, in either order, is a single picture.
    const bool in_noscript = node.find(Attr::in_noscript) != nullptr;
    const bool follows = last_image_end_ != 0 && last_image_end_ <= out_.size() &&
                         is_blank(std::string_view{out_}.substr(last_image_end_));
    if (follows && (in_noscript ? !last_in_noscript_ : last_in_noscript_ && is_lazy(node))) return;
    open(Tag::img);
    put(Attr::src, *address);
    put(Attr::alt, alt == nullptr ? std::string_view{} : truncate_utf8(trim(*alt), max_attribute_text));
    const auto [width, height] = image_size(node);
    if (width) put(Attr::width, *width);
    if (height) put(Attr::height, *height);
    for (const auto& [name, value] : node.attributes) {
      if (name == Attr::src || name == Attr::alt || name == Attr::width || name == Attr::height) continue;
      if (!is_allowed(Tag::img, name)) continue;
      if (const auto safe = attribute(Tag::img, name, value)) put(name, *safe);
    }
    out_ += '>';
    ++visible_;
    last_image_end_ = out_.size();
    last_in_noscript_ = in_noscript;
  }

  struct Size {
    std::optional<std::string> width;
    std::optional<std::string> height;
  };

  [[nodiscard]] Size image_size(const Node& node) const {
    const auto width = pixels(node.find(Attr::width));
    const auto height = pixels(node.find(Attr::height));
    if (!width) {
      const auto* value = node.find(Attr::width);
      // A height alone, or with a relative width, would stretch the picture when the mail program narrows it.
      return {value == nullptr ? std::nullopt : safe_length(*value, options_.max_width),
              height && value == nullptr && *height <= options_.max_width
                  ? std::optional{std::to_string(*height)}
                  : std::nullopt};
    }
    if (*width <= options_.max_width) {
      return {std::to_string(*width), height ? std::optional{std::to_string(*height)} : std::nullopt};
    }
    Size out{.width = std::to_string(options_.max_width), .height = std::nullopt};
    if (height) out.height = std::to_string(static_cast<long long>(*height) * options_.max_width / *width);
    return out;
  }

  [[nodiscard]] std::optional<std::string> attribute(Tag tag, Attr name, std::string_view value) const {
    const auto text = trim(value);
    const auto when = [&](bool good) { return good ? std::optional{std::string{text}} : std::nullopt; };
    switch (name) {
      case Attr::style: {
        auto style = safe_style(value, options_.max_width);
        return style.empty() ? std::nullopt : std::optional{std::move(style)};
      }
      case Attr::title:
      case Attr::abbr:
      case Attr::summary:
      case Attr::datetime:
        return text.empty() ? std::nullopt
                            : std::optional{std::string{trim(truncate_utf8(text, max_attribute_text))}};
      case Attr::cite: {
        auto url = safe_link(text, options_.base_url);
        return url;
      }
      case Attr::width:
      case Attr::height: {
        auto length = safe_length(text, options_.max_width);
        if (!length && tag == Tag::table && name == Attr::width && is_whole_number(text)) length = "100%";
        return length;
      }
      case Attr::dir:
        return when(ascii_iequals(text, "ltr") || ascii_iequals(text, "rtl") || ascii_iequals(text, "auto"));
      case Attr::lang: return when(consists_of(text, "-", 35));
      case Attr::face: return when(consists_of(text, " ,-_'", 200));
      case Attr::color:
      case Attr::bgcolor:
      case Attr::bordercolor: return when(consists_of(text, "#", 30));
      case Attr::align:
      case Attr::clear:
      case Attr::frame:
      case Attr::rules:
      case Attr::valign:
      case Attr::scope:
      case Attr::type: return when(consists_of(text, "", 12));
      case Attr::noshade:
      case Attr::nowrap:
      case Attr::reversed: return std::string{};
      case Attr::value:
        if (tag == Tag::data) return std::string{truncate_utf8(text, max_attribute_text)};
        return when(is_whole_number(text));
      default: return when(is_whole_number(text));
    }
  }

  void open(Tag tag) {
    out_ += '<';
    out_ += name_of(tag);
  }

  void close(Tag tag) {
    out_ += "</";
    out_ += name_of(tag);
    out_ += '>';
  }

  void put(Attr name, std::string_view value) {
    out_ += ' ';
    out_ += name_of(name);
    out_ += "=\"";
    append_attribute(out_, value);
    out_ += '"';
  }

  Tree tree_;
  const SanitiseOptions& options_;
  std::size_t limit_;
  bool full_ = false;
  std::string out_;
  std::size_t visible_ = 0;  ///< texts and pictures written
  std::size_t last_image_end_ = 0;
  bool last_in_noscript_ = false;
  bool in_link_ = false;
};

/// The fallback if markup does not settle: the words.
std::string words_only(const Tree& tree) {
  std::string text;
  for (const auto& node : tree.nodes) {
    if (node.tag == Tag::text) {
      append_text(text, node.text);
    } else if (is_block(node.tag) || node.tag == Tag::br) {
      text += ' ';
    }
  }
  const auto collapsed = collapse_blanks(text);
  return collapsed.empty() ? std::string{} : "<p>" + collapsed + "</p>";
}

}  // namespace

std::string sanitise(std::string_view html, const SanitiseOptions& options) {
  auto out = Writer{parse_html(html, options.max_bytes), options}.run();
  // The output must read back as intended. It nearly always does at once; if gumbo built something that
  // markup cannot express, or an element vanished between two others, it settles after one or two more
  // rounds.
  constexpr int looks = 4;
  for (int i = 0; i < looks; ++i) {
    if (is_blank(out)) return {};
    auto next = Writer{parse_html_mending(out), options}.run();
    if (next == out) return out;
    out = std::move(next);
  }
  return words_only(parse_html_mending(out));
}

}  // namespace tidings::post
