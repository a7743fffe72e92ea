#include "base/compress.hpp"

#include <zlib.h>

#include "base/check.hpp"

namespace tidings {
namespace {

/// zlib takes bytes by a pointer that is not const, but does not change them.
Bytef* bytes_of(std::string_view text) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
}

tl::unexpected<Error> damaged() { return fail(Errc::bad_data, "compressed data is damaged"); }

}  // namespace

std::string compress(std::string_view bytes) {
  auto size = ::compressBound(bytes.size());
  std::string out(size, '\0');
  const int code = ::compress2(reinterpret_cast<Bytef*>(out.data()), &size, bytes_of(bytes), bytes.size(),
                               Z_DEFAULT_COMPRESSION);
  TIDINGS_CHECK(code == Z_OK);  // the buffer is large enough, so only memory could be missing
  out.resize(size);
  return out;
}

Result<std::string> decompress(std::string_view bytes, std::size_t max_bytes) {
  z_stream stream{};
  if (::inflateInit(&stream) != Z_OK) return damaged();
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int code = Z_OK;
  while (code == Z_OK && out.size() <= max_bytes) {
    char chunk[65'536];
    stream.next_out = reinterpret_cast<Bytef*>(chunk);
    stream.avail_out = sizeof chunk;
    code = ::inflate(&stream, Z_NO_FLUSH);
    out.append(chunk, sizeof chunk - stream.avail_out);
  }
  ::inflateEnd(&stream);
  if (code != Z_STREAM_END || out.size() > max_bytes) return damaged();
  return out;
}

std::uint32_t crc32_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, bytes_of(bytes), bytes.size()));
}

}  // namespace tidings
