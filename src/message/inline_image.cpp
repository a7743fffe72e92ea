#include "message/inline_image.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "message/header.hpp"
#include "message/mime.hpp"

namespace tidings::message {

std::string_view image_type(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return "image/png";
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return "image/gif";
  if (bytes.starts_with("RIFF"sv) &&
      bytes.substr(std::min<std::size_t>(8, bytes.size())).starts_with("WEBP"sv))
    return "image/webp";
  return {};
}

Result<InlineImage> make_inline_image(std::string content_id, std::string_view bytes) {
  const auto type = image_type(bytes);
  if (type.empty())
    return fail(Errc::bad_data,
                fmt::format("the image \"{}\" is not a JPEG, PNG, GIF or WebP", to_one_line(content_id)));
  const auto plain = [](char c) {
    return c > 0x20 && c < 0x7F && c != '<' && c != '>' && c != '"' && c != '%';
  };
  const auto at = content_id.find('@');
  if (!std::ranges::all_of(content_id, plain) || at == 0 || at >= content_id.size() - 1) {
    return fail(Errc::bad_data, fmt::format("\"{}\" is not a content ID", to_one_line(content_id)));
  }
  const auto name = fmt::format("{}.{}", content_id.substr(0, std::min<std::size_t>(at, 40)),
                                type.substr(type.find('/') + 1));
  auto part = fmt::format(
      "Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{}>\r\n"
      "Content-Disposition: inline; filename=\"{}\"\r\n\r\n",
      type, content_id, name);
  append_base64_lines(part, bytes);
  TIDINGS_LET(auto lines, SharedLines::make(std::move(part)));
  return InlineImage{.content_id = std::move(content_id),
                     .part = std::make_shared<const SharedLines>(std::move(lines))};
}

}  // namespace tidings::message
