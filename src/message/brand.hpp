// A publisher's brand: what [brand] of config.toml says, and the colours that follow from its accent.
//
// Text in the accent must be readable: 4.5 to 1 (WCAG 2.1, 1.4.3) on every background that mails and pages
// have, in light and in dark. A colour that is not keeps its hue and becomes darker or lighter until it is.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tidings::message {

struct Colour {
  int red = 0;
  int green = 0;
  int blue = 0;

  bool operator==(const Colour&) const = default;
};

/// "#0a5a70" or "#0ab", in any case; nothing if it is neither.
[[nodiscard]] std::optional<Colour> parse_colour(std::string_view text);
/// "#0a5a70".
[[nodiscard]] std::string hex_of(Colour colour);
/// WCAG 2.1 contrast ratio, 1 to 21.
[[nodiscard]] double contrast(Colour one, Colour other);

constexpr std::string_view default_accent = "#0a5a70";

struct BrandLink {
  std::string title;
  std::string url;

  bool operator==(const BrandLink&) const = default;
};

/// Empty strings mean "none".
struct Brand {
  std::string logo = {};       ///< https URL, shown 40 pixels high
  std::string logo_dark = {};  ///< in its place at night
  std::string accent{default_accent};
  std::string heading_font = {};  ///< names separated by commas, without quotes
  std::string body_font = {};
  std::string tagline = {};
  std::string editor = {};    ///< who signs introductions
  std::string portrait = {};  ///< https URL of the editor's picture
  std::vector<BrandLink> links = {};
  std::string footer = {};       ///< lines
  std::string social_card = {};  ///< https URL of the picture that stands for a page where it is shared

  bool operator==(const Brand&) const = default;
};

/// What an accent becomes.
struct Palette {
  Colour accent;       ///< for text and buttons, light
  Colour on_accent;    ///< text on a button of that colour
  Colour accent_dark;  ///< the same at night
  Colour on_accent_dark;
  bool is_mended = false;  ///< `accent` is darker than what was written
  double written = 0;  ///< contrast of what was written, on the palest background it has to stand out from
};
[[nodiscard]] Palette palette_of(Colour accent);

/// The names of docs/templates.md, "Brand".
void add_brand(nlohmann::json& data, const Brand& brand);

/// One that has one of everything, for checks of templates.
[[nodiscard]] Brand sample_brand();

/// CSS custom properties of pages: --accent and --on-accent, light and dark; --body-font and --heading-font,
/// which are empty or end in a comma.
[[nodiscard]] std::string page_style(const Brand& brand);

}  // namespace tidings::message
