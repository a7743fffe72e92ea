// First octets of pictures: any bytes give a size within bounds or none, and more bytes behind them change
// nothing that was known.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "post/picture_header.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto found = post::size_of_picture(bytes);
  if (!found) return 0;
  TIDINGS_CHECK(found->width > 0 && found->width <= 100'000 && found->height > 0 && found->height <= 100'000);
  const auto longer = post::size_of_picture(std::string{bytes} + std::string(64, '\xFF'));
  TIDINGS_CHECK(longer && longer->width == found->width && longer->height == found->height);
  return 0;
}
