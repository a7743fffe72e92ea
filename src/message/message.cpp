#include "message/message.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace tidings::message {
namespace {

/// Octets that are looked at without a branch, so that compilers make vectors of it.
constexpr std::size_t block = 512;

/// Whether `bytes` has a NUL, an octet above 127, a CR without LF or a LF without CR; the octet before it
/// counts as none.
bool has_forbidden_octets(std::string_view bytes) {
  const auto is_bad = [](const char* at) {
    const auto lonely = static_cast<unsigned char>((at[0] == '\n') ^ (at[-1] == '\r'));
    return static_cast<unsigned char>(lonely |
                                      static_cast<unsigned char>(static_cast<signed char>(at[0]) <= 0));
  };
  if (bytes.empty()) return false;
  if (bytes[0] == '\n' || static_cast<signed char>(bytes[0]) <= 0 || bytes.back() == '\r') return true;
  const char* at = bytes.data() + 1;
  const char* const end = bytes.data() + bytes.size();
  unsigned char found = 0;
  for (; end - at >= static_cast<std::ptrdiff_t>(block); at += block) {
    unsigned char here = 0;
    for (std::size_t i = 0; i < block; ++i) here = static_cast<unsigned char>(here | is_bad(at + i));
    found = static_cast<unsigned char>(found | here);
  }
  for (; at < end; ++at) found = static_cast<unsigned char>(found | is_bad(at));
  return found != 0;
}

/// RFC 5321 section 4.5.3.1.6. From the start of a line, the last line end within reach is the next place to
/// look from.
bool has_long_line(std::string_view bytes) {
  constexpr std::size_t longest = 1000;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto window = bytes.substr(at, longest);
    const auto* const end = static_cast<const char*>(::memrchr(window.data(), '\n', window.size()));
    if (end == nullptr) return true;
    at = static_cast<std::size_t>(end - bytes.data()) + 1;
  }
  return false;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
}

/// The same lines with a message for each octet above 127.
std::string in_ascii(std::string_view text) {
  std::string out{text};
  std::ranges::replace_if(
      out, [](char c) { return static_cast<signed char>(c) < 0; }, 'x');
  return out;
}

}  // namespace

std::string unsound_lines(std::string_view bytes, Octets octets) {
  if (octets == Octets::utf8 && !is_ascii(bytes)) {
    return is_valid_utf8(bytes) ? unsound_lines(in_ascii(bytes)) : std::string{"octets that are not UTF-8"};
  }
  if (bytes.empty()) return {};
  if (!bytes.ends_with("\r\n")) return "it does not end in CRLF";
  if (has_forbidden_octets(bytes)) return "a NUL, an octet above 127, or a CR or LF alone";
  if (has_long_line(bytes)) return "a line over 998 octets";
  return {};
}

SharedLines::SharedLines(std::string bytes)
    : bytes_(std::move(bytes)),
      has_dots_(bytes_.starts_with('.') || bytes_.find("\n.") != std::string::npos) {}

Result<SharedLines> SharedLines::make(std::string bytes) {
  if (const auto wrong = unsound_lines(bytes); !wrong.empty())
    return fail(Errc::bug, "a part of the message cannot be sent: " + wrong);
  return SharedLines{std::move(bytes)};
}

std::size_t Message::size_bytes() const {
  auto size = bytes.size();
  for (const auto& splice : splices) size += splice.lines->size();
  return size;
}

bool Message::needs_smtputf8() const { return !is_ascii(envelope_to) || !is_ascii(envelope_from); }

std::string Message::text() const {
  std::string out;
  out.reserve(size_bytes());
  pieces([&out](std::string_view lines, bool /*may_have_dots*/) { out += lines; });
  return out;
}

bool Message::operator==(const Message& other) const {
  return envelope_from == other.envelope_from && envelope_to == other.envelope_to && text() == other.text();
}

}  // namespace tidings::message
