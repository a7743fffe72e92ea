#include "post/picture_header.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tidings::post;

namespace {

std::string in_words(std::string_view bytes) {
  const auto size = size_of_picture(bytes);
  return size ? std::to_string(size->width) + "x" + std::to_string(size->height) : "unknown";
}

template <std::size_t N>
std::string octets(const char (&text)[N]) {
  return {text, N - 1};
}

const auto png = octets("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0");
const auto frame = octets("\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03\x01\x22\0\x02\x11\x01\x03\x11\x01");

/// A segment APP1 with a directory of one entry.
std::string exif(char orientation) {
  auto tiff = octets("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
  tiff += orientation;
  tiff += octets("\0\0\0\0\0\0");
  const auto body = octets("Exif\0\0") + tiff;
  return octets("\xff\xe1\0") + static_cast<char>(body.size() + 2) + body;
}

}  // namespace

TEST_CASE("picture_header: the size of each kind") {
  CHECK(in_words(png) == "640x480");
  CHECK(in_words(octets("GIF89a\x80\x02\xe0\x01\xf7\0\0")) == "640x480");
  CHECK(in_words(octets("\xff\xd8") + frame) == "640x480");
  CHECK(in_words(octets("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0")) == "640x480");
  CHECK(in_words(octets("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\x10\0\0\x9d\x01\x2a\x80\x02\xe0\x01")) == "640x480");
  CHECK(in_words(octets("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0\0\0\0\0\0")) == "640x480");
}

TEST_CASE("picture_header: a JPEG that its camera has turned is turned") {
  for (const auto& [orientation, size] :
       {std::pair{'\1', "640x480"}, {'\3', "640x480"}, {'\6', "480x640"}, {'\x08', "480x640"}})
    CHECK(in_words(octets("\xff\xd8") + exif(orientation) + octets("\xff\xff") + frame.substr(1)) == size);
}

TEST_CASE("picture_header: what says no size has none") {
  for (const auto& whole : {png, octets("\xff\xd8") + exif('\6') + frame}) {
    for (std::size_t size = 0; size < whole.size() - 10; ++size)
      CHECK(in_words(whole.substr(0, size)) == "unknown");
  }
  CHECK(in_words("<!doctype html><p>no picture") == "unknown");
  CHECK(in_words(octets("GIF89a\0\0\0\0\0\0\0")) == "unknown");
  CHECK(in_words(octets("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\x7f\xff\xff\xff\0\0\x01\xe0\x08")) == "unknown");
  CHECK(in_words(octets("\xff\xd8\xff\xe0\0\0\xff\xe0\0\0\xff\xe0\0\0")) == "unknown");
  CHECK(in_words(octets("\xff\xd8\xff\xda\0\x0c") + frame) == "unknown");  // the picture itself has begun
}
