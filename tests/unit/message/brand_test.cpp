#include "message/brand.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace tidings::message;

TEST_CASE("brand: colours are read and written") {
  CHECK(parse_colour("#0A5a70") == Colour{.red = 10, .green = 90, .blue = 112});
  CHECK(parse_colour("#0af") == Colour{.red = 0, .green = 170, .blue = 255});
  CHECK(hex_of({.red = 10, .green = 90, .blue = 112}) == "#0a5a70");
  for (const auto* text : {"", "0a5a70", "#0a5a7", "#0a5a7g", "red"}) CHECK_FALSE(parse_colour(text));
  CHECK(contrast({.red = 255, .green = 255, .blue = 255}, {}) == doctest::Approx(21));
}

TEST_CASE(
    "brand: whatever the accent, text in it reads 4.5 to 1 by day and at night, and so does text on it") {
  const auto page = *parse_colour("#f2f0eb");
  const auto night = *parse_colour("#24282c");
  for (int red = 0; red < 256; red += 51) {
    for (int green = 0; green < 256; green += 51) {
      for (int blue = 0; blue < 256; blue += 51) {
        const Colour accent{.red = red, .green = green, .blue = blue};
        CAPTURE(hex_of(accent));
        const auto palette = palette_of(accent);
        CHECK(contrast(palette.accent, page) >= 4.5);
        CHECK(contrast(palette.accent, palette.on_accent) >= 4.5);
        CHECK(contrast(palette.accent_dark, night) >= 4.5);
        CHECK(contrast(palette.accent_dark, palette.on_accent_dark) >= 4.5);
        CHECK(palette.is_mended == (contrast(accent, page) < 4.5));
        if (!palette.is_mended) CHECK(palette.accent == accent);
      }
    }
  }
}

TEST_CASE("brand: names of fonts are the front of a list") {
  nlohmann::json data;
  add_brand(data, {.heading_font = " Charter, Iowan Old Style ,"});
  CHECK(data["heading_font"] == "Charter,Iowan Old Style,");
  CHECK(data["has_heading_font"] == true);
  CHECK(data["body_font"] == "");
  CHECK(data["accent"] == default_accent);
}
