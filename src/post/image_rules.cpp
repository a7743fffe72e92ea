#include "post/image_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "post/safe_url.hpp"

namespace tidings::post {
namespace {

/// The contents of src until a script inserts the real address.
bool is_placeholder(std::string_view address) {
  if (address.empty() || address.starts_with("data:")) return true;
  const auto path = ascii_lower(address.substr(0, address.find_first_of("?#")));
  const auto name = std::string_view{path}.substr(path.rfind('/') + 1);
  static constexpr std::array<std::string_view, 13> names{
      "blank.",   "spacer.",  "placeholder", "1x1.",      "pixel.",    "transparent.", "lazy",
      "loading.", "grey.gif", "gray.gif",    "trans.gif", "clear.gif", "empty."};
  return std::ranges::any_of(names, [&](std::string_view part) { return name.starts_with(part); });
}

struct Candidate {
  std::string_view url;
  double size = 1;
  bool by_width = false;
};

/// The next candidate of a srcset (HTML 4.8.4.2.1); nothing at the end.
std::optional<Candidate> next_candidate(std::string_view& rest) {
  const auto blank_or_comma = [](char c) { return c == ',' || c == ' ' || (c >= '\t' && c <= '\r'); };
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  rest.remove_prefix(static_cast<std::size_t>(std::ranges::find_if_not(rest, blank_or_comma) - rest.begin()));
  if (rest.empty()) return std::nullopt;
  const auto url_end = static_cast<std::size_t>(std::ranges::find_if(rest, blank) - rest.begin());
  Candidate out{.url = rest.substr(0, url_end)};
  rest.remove_prefix(url_end);
  if (out.url.ends_with(',')) {
    while (out.url.ends_with(',')) out.url.remove_suffix(1);
    return out;
  }
  const auto end = std::min(rest.find(','), rest.size());
  const auto descriptor = trim(rest.substr(0, end));
  rest.remove_prefix(end);
  double size = 0;
  const auto* const stop =
      std::from_chars(descriptor.data(), descriptor.data() + descriptor.size(), size).ptr;
  if (stop != descriptor.data() && size > 0) {
    out.size = size;
    out.by_width = stop != descriptor.data() + descriptor.size() && *stop == 'w';
  }
  return out;
}

/// The sharpest picture worth its bytes: up to twice the displayed width.
std::optional<std::string> best_of(const std::string* srcset, std::string_view base_url, int max_width) {
  if (srcset == nullptr) return std::nullopt;
  std::optional<std::string> best;
  double best_size = 0;
  std::string_view rest = *srcset;
  for (int i = 0; i < 32; ++i) {
    const auto candidate = next_candidate(rest);
    if (!candidate) break;
    auto url = safe_image(candidate->url, base_url);
    if (!url || is_placeholder(*url)) continue;
    const double limit = candidate->by_width ? 2.0 * max_width : 2.0;
    const double size = candidate->size;
    const bool better = !best || (size <= limit ? best_size > limit || size > best_size : size < best_size);
    if (better) {
      best = std::move(url);
      best_size = size;
    }
  }
  return best;
}

std::optional<std::string> safe_value(const std::string* value, std::string_view base_url) {
  return value == nullptr ? std::nullopt : safe_image(*value, base_url);
}

}  // namespace

std::optional<int> pixels(const std::string* value) {
  if (value == nullptr) return std::nullopt;
  const auto text = trim(*value);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  auto unit = std::string_view{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  if (unit.starts_with('.'))
    unit.remove_prefix(std::min(unit.find_first_not_of("0123456789", 1), unit.size()));
  return unit.empty() || ascii_iequals(trim(unit), "px") ? std::optional{number} : std::nullopt;
}

bool is_lazy(const Node& image) {
  return image.find(Attr::lazy_src) != nullptr || image.find(Attr::lazy_srcset) != nullptr;
}

std::optional<std::string> image_address(const Node& image, std::string_view base_url, int max_width) {
  auto src = safe_value(image.find(Attr::src), base_url);
  if (src && !is_placeholder(*src)) return src;
  if (auto lazy = safe_value(image.find(Attr::lazy_src), base_url); lazy && !is_placeholder(*lazy))
    return lazy;
  if (auto lazy = best_of(image.find(Attr::lazy_srcset), base_url, max_width)) return lazy;
  if (auto other = best_of(image.find(Attr::srcset), base_url, max_width)) return other;
  // A data: picture may be the real one; a file called "placeholder" is better than nothing unless something
  // says lazy.
  if (src && is_lazy(image) && !src->starts_with("data:image/")) return std::nullopt;
  return is_lazy(image) ? std::nullopt : src;
}

bool is_tracking_pixel(const Node& image, std::string_view address) {
  for (const auto side : {Attr::width, Attr::height}) {
    if (const auto size = pixels(image.find(side)); size && *size <= 1) return true;
  }
  if (const auto* style = image.find(Attr::style)) {
    const auto compact = replace_all(ascii_lower(*style), " ", "");
    for (const std::string_view side : {"width:", "height:"}) {
      for (auto at = compact.find(side); at != std::string::npos; at = compact.find(side, at + 1)) {
        const bool whole = at == 0 || compact[at - 1] == ';';
        const auto value = std::string_view{compact}.substr(at + side.size());
        const auto number = value.substr(0, value.find(';'));
        if (whole && (number == "0" || number == "0px" || number == "1px")) return true;
      }
    }
  }
  static constexpr std::array<std::string_view, 24> counters{"feeds.feedburner.com/~",
                                                             "feedproxy.google.com/~",
                                                             "feedsportal.com/",
                                                             "feeds.wordpress.com/1.0/",
                                                             "pixel.wp.com/",
                                                             "stats.wordpress.com/",
                                                             "stats.wp.com/",
                                                             "googleusercontent.com/tracker/",
                                                             "google-analytics.com/",
                                                             ".doubleclick.net/",
                                                             "pixel.quantserve.com/",
                                                             "scorecardresearch.com/",
                                                             "medium.com/_/stat",
                                                             "feeds.feedblitz.com/_/",
                                                             "follow.it/track",
                                                             "list-manage.com/track/",
                                                             "facebook.com/tr?",
                                                             "pheedo.com/",
                                                             "feedads.",
                                                             "tracking.feedpress.",
                                                             "feedpress.me/",
                                                             "analytics.twitter.com/",
                                                             "statcounter.com/",
                                                             "counter.theconversation.com/"};
  const auto lowered = ascii_lower(address);
  return std::ranges::any_of(counters,
                             [&](std::string_view part) { return lowered.find(part) != std::string::npos; });
}

}  // namespace tidings::post
