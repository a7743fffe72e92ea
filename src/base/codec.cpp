#include "base/codec.hpp"

#include <array>
#include <cstdint>

namespace tidings {
namespace {

constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base32_letters = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view hex_letters = "0123456789abcdef";

/// `bits` bits per letter, most significant first; the last letter is padded with zero bits.
std::string encode(std::string_view bytes, std::string_view letters, unsigned bits) {
  std::string out((bytes.size() * 8 + bits - 1) / bits, '\0');
  char* to = out.data();
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8U) | static_cast<std::uint8_t>(c);
    held += 8;
    while (held >= bits) {
      held -= bits;
      *to++ = letters[(buffer >> held) & ((1U << bits) - 1)];
    }
    buffer &= (1U << held) - 1;
  }
  if (held > 0) *to = letters[(buffer << (bits - held)) & ((1U << bits) - 1)];
  return out;
}

using Table = std::array<std::int8_t, 256>;

constexpr Table table_of(std::string_view letters, bool any_case) {
  Table table{};
  table.fill(-1);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const char c = letters[i];
    table[static_cast<std::uint8_t>(c)] = static_cast<std::int8_t>(i);
    if (any_case && c >= 'a' && c <= 'z')
      table[static_cast<std::uint8_t>(c - 'a' + 'A')] = static_cast<std::int8_t>(i);
  }
  return table;
}

/// Unused bits must be zero, so that each byte string has exactly one text.
std::optional<std::string> decode(std::string_view text, const Table& table, unsigned bits) {
  std::string out;
  out.reserve(text.size() * bits / 8);
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (const char c : text) {
    const auto value = table[static_cast<std::uint8_t>(c)];
    if (value < 0) return std::nullopt;
    buffer = (buffer << bits) | static_cast<std::uint8_t>(value);
    held += bits;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(static_cast<std::uint8_t>(buffer >> held));
      buffer &= (1U << held) - 1;
    }
  }
  if (held >= bits || buffer != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  auto out = encode(bytes, base64_letters, 6);
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  static constexpr auto table = table_of(base64_letters, false);
  std::string letters;
  letters.reserve(text.size());
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') letters += c;
  }
  while (!letters.empty() && letters.back() == '=') letters.pop_back();
  return decode(letters, table, 6);
}

std::string base64url_encode(std::string_view bytes) { return encode(bytes, base64url_letters, 6); }

std::optional<std::string> base64url_decode(std::string_view text) {
  static constexpr auto table = table_of(base64url_letters, false);
  return decode(text, table, 6);
}

std::string base32_encode(std::string_view bytes) { return encode(bytes, base32_letters, 5); }

std::optional<std::string> base32_decode(std::string_view text) {
  static constexpr auto table = table_of(base32_letters, true);
  return decode(text, table, 5);
}

std::string hex_encode(std::string_view bytes) { return encode(bytes, hex_letters, 4); }

std::optional<std::string> hex_decode(std::string_view text) {
  static constexpr auto table = table_of(hex_letters, true);
  if (text.size() % 2 != 0) return std::nullopt;
  return decode(text, table, 4);
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 8);
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
    }
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      if (const auto byte = hex_decode(text.substr(i + 1, 2))) {
        out += *byte;
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

}  // namespace tidings
