#include "message/brand.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace tidings::message {
namespace {

constexpr double readable = 4.5;
constexpr double pleasant = 7.5;  ///< where a colour has to be made lighter, a little more costs nothing
constexpr Colour white{.red = 255, .green = 255, .blue = 255};
constexpr Colour near_black{.red = 16, .green = 24, .blue = 27};
/// What stands behind text in templates/default: of the light backgrounds the darkest, of the dark ones the
/// lightest.
constexpr Colour light_background{.red = 0xf2, .green = 0xf0, .blue = 0xeb};
constexpr Colour dark_background{.red = 0x24, .green = 0x28, .blue = 0x2c};

double luminance(Colour colour) {
  const auto linear = [](int part) {
    const double value = part / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

struct Hsl {
  double hue = 0;  ///< 0 to 6
  double saturation = 0;
  double lightness = 0;
};

Hsl to_hsl(Colour colour) {
  const double red = colour.red / 255.0;
  const double green = colour.green / 255.0;
  const double blue = colour.blue / 255.0;
  const auto [least, most] = std::minmax({red, green, blue});
  const double range = most - least;
  Hsl out{.hue = 0, .saturation = 0, .lightness = (most + least) / 2};
  if (range == 0) return out;
  out.saturation = range / (1 - std::abs(2 * out.lightness - 1));
  if (most == red) {
    out.hue = std::fmod((green - blue) / range + 6, 6);
  } else if (most == green) {
    out.hue = (blue - red) / range + 2;
  } else {
    out.hue = (red - green) / range + 4;
  }
  return out;
}

Colour to_rgb(const Hsl& hsl) {
  const double chroma = (1 - std::abs(2 * hsl.lightness - 1)) * hsl.saturation;
  const auto part = [&](double shift) {
    const double at = std::fmod(hsl.hue + shift, 6);
    const double share = std::clamp(std::min(at, 4 - at), 0.0, 1.0);
    return static_cast<int>(std::lround((hsl.lightness + chroma * (share - 0.5)) * 255));
  };
  return {.red = part(2), .green = part(0), .blue = part(4)};
}

/// The nearest lightness of that hue at which `is_good` holds.
template <typename Good>
Colour shift(Colour colour, double step, Good is_good) {
  auto hsl = to_hsl(colour);
  for (auto now = colour;; now = to_rgb(hsl)) {
    if (is_good(now) || (step < 0 ? hsl.lightness <= 0 : hsl.lightness >= 1)) return now;
    hsl.lightness = std::clamp(hsl.lightness + step, 0.0, 1.0);
  }
}

/// "Charter,Georgia," for the front of a list of fonts.
std::string font_names(const std::string& names) {
  std::string out;
  for (const auto name : split(names, ',')) {
    if (!trim(name).empty()) out.append(trim(name)).append(",");
  }
  return out;
}

Palette palette(const Brand& brand) {
  return palette_of(parse_colour(brand.accent).value_or(*parse_colour(default_accent)));
}

}  // namespace

std::optional<Colour> parse_colour(std::string_view text) {
  if (!text.starts_with('#') || (text.size() != 4 && text.size() != 7)) return std::nullopt;
  text.remove_prefix(1);
  std::array<int, 6> digits{};
  const std::size_t repeat = text.size() == 3 ? 2 : 1;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char c = text[i / repeat];
    if (c >= '0' && c <= '9') {
      digits.at(i) = c - '0';
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      digits.at(i) = (c | 0x20) - 'a' + 10;
    } else {
      return std::nullopt;
    }
  }
  return Colour{.red = digits[0] * 16 + digits[1],
                .green = digits[2] * 16 + digits[3],
                .blue = digits[4] * 16 + digits[5]};
}

std::string hex_of(Colour colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

double contrast(Colour one, Colour other) {
  const auto [low, high] = std::minmax({luminance(one), luminance(other)});
  return (high + 0.05) / (low + 0.05);
}

Palette palette_of(Colour accent) {
  Palette out{.accent = shift(accent, -0.01,
                              [](Colour each) { return contrast(each, light_background) >= readable; }),
              .on_accent = white,
              .accent_dark = accent,
              .on_accent_dark = near_black,
              .is_mended = false,
              .written = contrast(accent, light_background)};
  out.is_mended = out.accent != accent;
  if (contrast(accent, dark_background) < readable) {
    auto hsl = to_hsl(accent);
    hsl.saturation = std::min(hsl.saturation, 0.62);  // a full colour on black glares
    out.accent_dark =
        shift(to_rgb(hsl), 0.01, [](Colour each) { return contrast(each, dark_background) >= pleasant; });
  }
  return out;
}

Brand sample_brand() {
  return {.logo = "x",
          .logo_dark = "x",
          .tagline = "x",
          .editor = "x",
          .portrait = "x",
          .links = {{.title = "x", .url = "x"}},
          .footer = "x",
          .social_card = "x"};
}

void add_brand(nlohmann::json& data, const Brand& brand) {
  const auto put = [&data](const std::string& name, const std::string& section, std::string value) {
    data["has_" + section] = !value.empty();
    data[name] = std::move(value);
  };
  const auto colours = palette(brand);
  data["accent"] = hex_of(colours.accent);
  data["accent_dark"] = hex_of(colours.accent_dark);
  data["on_accent"] = hex_of(colours.on_accent);
  data["on_accent_dark"] = hex_of(colours.on_accent_dark);
  data["brand_colour"] = brand.accent;
  put("heading_font", "heading_font", font_names(brand.heading_font));
  data["body_font"] = font_names(brand.body_font);
  put("logo_url", "logo", brand.logo);
  put("logo_dark_url", "logo_dark", brand.logo.empty() ? std::string{} : brand.logo_dark);
  put("tagline", "tagline", brand.tagline);
  put("editor", "editor", brand.editor);
  put("portrait_url", "portrait", brand.portrait);
  put("footer", "footer", brand.footer);
  put("social_card_url", "social_card", brand.social_card);
  data["brand_links"] = nlohmann::json::array();
  for (const auto& link : brand.links)
    data["brand_links"].push_back({{"title", link.title}, {"url", link.url}});
  data["has_brand_links"] = !brand.links.empty();
}

std::string page_style(const Brand& brand) {
  const auto colours = palette(brand);
  return fmt::format(
      ":root{{--body-font:{} ;--heading-font:{} ;--accent:{};--on-accent:{}}}\n"
      "@media (prefers-color-scheme:dark){{:root{{--accent:{};--on-accent:{}}}}}\n",
      font_names(brand.body_font), font_names(brand.heading_font), hex_of(colours.accent),
      hex_of(colours.on_accent), hex_of(colours.accent_dark), hex_of(colours.on_accent_dark));
}

}  // namespace tidings::message
