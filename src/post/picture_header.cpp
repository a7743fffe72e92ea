#include "post/picture_header.hpp"

#include <cstdint>
#include <utility>

namespace tidings::post {
namespace {

constexpr std::uint32_t most_pixels = 100'000;  // of a side

/// Numbers at places of the bytes; 0 behind their end.
class Bytes {
 public:
  enum class Order { little, big };

  explicit Bytes(std::string_view bytes, Order order = Order::big) : bytes_(bytes), order_(order) {}

  [[nodiscard]] bool has(std::size_t at, std::string_view what) const {
    return at <= bytes_.size() && bytes_.substr(at).starts_with(what);
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::string_view from(std::size_t at) const {
    return at < bytes_.size() ? bytes_.substr(at) : std::string_view{};
  }
  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t width) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const auto place = order_ == Order::big ? at + i : at + width - 1 - i;
      const auto byte = place < bytes_.size() ? static_cast<unsigned char>(bytes_[place]) : 0U;
      value = (value << 8) | byte;
    }
    return value;
  }

 private:
  std::string_view bytes_;
  Order order_;
};

std::optional<PictureSize> size(std::uint32_t width, std::uint32_t height) {
  if (width == 0 || height == 0 || width > most_pixels || height > most_pixels) return std::nullopt;
  return PictureSize{.width = static_cast<int>(width), .height = static_cast<int>(height)};
}

/// Exif 2.3, 4.6.4: the tag Orientation of the first directory; 1 if it does not say.
std::uint32_t orientation(std::string_view exif) {
  constexpr std::uint32_t orientation_tag = 0x0112;
  constexpr std::uint32_t entry_bytes = 12;
  const bool is_little = exif.starts_with("II");
  if (!is_little && !exif.starts_with("MM")) return 1;
  const Bytes tiff{exif, is_little ? Bytes::Order::little : Bytes::Order::big};
  const auto directory = tiff.number(4, 4);
  const auto entries = tiff.number(directory, 2);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const auto at = std::size_t{directory} + 2 + std::size_t{i} * entry_bytes;
    if (at >= tiff.size()) return 1;
    if (tiff.number(at, 2) == orientation_tag) return tiff.number(at + 8, 2);
  }
  return 1;
}

/// ITU-T T.81, B.1 and B.2: segments until the frame header, which has the size.
std::optional<PictureSize> size_of_jpeg(const Bytes& bytes) {
  bool is_turned = false;
  for (std::size_t at = 2; at + 4 <= bytes.size();) {
    if (bytes.number(at, 1) != 0xFF) return std::nullopt;
    const auto marker = bytes.number(at + 1, 1);
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    const auto length = bytes.number(at + 2, 2);
    const bool is_frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame && at + 9 > bytes.size()) return std::nullopt;
    if (is_frame) {
      auto height = bytes.number(at + 5, 2);
      auto width = bytes.number(at + 7, 2);
      if (is_turned) std::swap(width, height);
      return size(width, height);
    }
    const bool ends = marker == 0xD9 || marker == 0xDA;
    if (ends || length < 2) return std::nullopt;
    if (marker == 0xE1 && bytes.has(at + 4, std::string_view{"Exif\0\0", 6}))
      is_turned = orientation(bytes.from(at + 10).substr(0, length)) >= 5;
    at += 2 + length;
  }
  return std::nullopt;
}

/// RFC 9649, 2.5 to 2.7.
std::optional<PictureSize> size_of_webp(std::string_view whole) {
  const Bytes bytes{whole, Bytes::Order::little};
  if (bytes.has(12, "VP8X")) return size(bytes.number(24, 3) + 1, bytes.number(27, 3) + 1);
  if (bytes.has(12, "VP8L")) {
    const auto bits = bytes.number(21, 4);
    return size((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
  }
  if (bytes.has(12, "VP8 ") && bytes.has(23, "\x9D\x01\x2A"))
    return size(bytes.number(26, 2) & 0x3FFF, bytes.number(28, 2) & 0x3FFF);
  return std::nullopt;
}

}  // namespace

std::optional<PictureSize> size_of_picture(std::string_view whole) {
  constexpr std::size_t least_bytes = 10;
  if (whole.size() < least_bytes) return std::nullopt;
  const Bytes bytes{whole};
  if (bytes.has(0, "\x89PNG\r\n\x1A\n") && bytes.has(12, "IHDR") && whole.size() >= 24)
    return size(bytes.number(16, 4), bytes.number(20, 4));
  if (bytes.has(0, "GIF87a") || bytes.has(0, "GIF89a")) {
    const Bytes little{whole, Bytes::Order::little};
    return size(little.number(6, 2), little.number(8, 2));
  }
  if (bytes.has(0, "\xFF\xD8")) return size_of_jpeg(bytes);
  if (bytes.has(0, "RIFF") && bytes.has(8, "WEBP") && whole.size() >= 30) return size_of_webp(whole);
  return std::nullopt;
}

}  // namespace tidings::post
