#include "web/frame.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace tidings::web {
namespace {

Frame refuse(int status) {
  return {.state = Frame::State::refused, .head_bytes = 0, .body_bytes = 0, .status = status};
}

std::optional<std::size_t> length_of(std::string_view digits) {
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  std::size_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::size_t>(c - '0');
  }
  return value;
}

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

}  // namespace

Frame next_frame(std::string_view bytes, std::size_t from, const FrameLimits& limits) {
  const auto end = bytes.find("\r\n\r\n", from);
  if (end == std::string_view::npos) return bytes.size() > limits.head_bytes ? refuse(431) : Frame{};
  if (end + 4 > limits.head_bytes) return refuse(431);
  const auto head = bytes.substr(0, end);
  std::optional<std::size_t> length;
  std::size_t at = head.find("\r\n");
  const auto first_line = head.substr(0, at);
  const auto has_control = [](std::string_view line) {
    return std::ranges::any_of(
        line, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
  };
  if (has_control(first_line)) return refuse(400);
  while (at != std::string_view::npos) {
    const auto next = head.find("\r\n", at + 2);
    const auto line = head.substr(at + 2, next == std::string_view::npos ? next : next - at - 2);
    at = next;
    const auto colon = line.find(':');
    if (has_control(line) || colon == std::string_view::npos || !is_token(line.substr(0, colon)))
      return refuse(400);
    const auto name = line.substr(0, colon);
    if (ascii_iequals(name, "transfer-encoding")) return refuse(411);
    if (!ascii_iequals(name, "content-length")) continue;
    const auto value = length_of(trim(line.substr(colon + 1)));
    if (!value || (length && *length != *value)) return refuse(400);
    length = value;
  }
  const auto body = length.value_or(0);
  if (body > limits.body_bytes) return refuse(413);
  if (bytes.size() < end + 4 + body) return {};
  return {.state = Frame::State::complete, .head_bytes = end + 4, .body_bytes = body, .status = 0};
}

}  // namespace tidings::web
