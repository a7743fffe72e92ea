#include "message/header.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/text.hpp"

namespace tidings::message {
namespace {

constexpr std::size_t max_line = 78;             // RFC 5322 section 2.1.1
constexpr std::size_t max_line_with_words = 76;  // RFC 2047 section 2
constexpr std::size_t max_word = 75;             // RFC 2047 section 2
constexpr std::size_t word_frame = 12;           // =?utf-8?B? and ?=
constexpr std::size_t max_plain_token = 500;     // longer ones would endanger the 998 octets of a line

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// RFC 5322 section 3.2.3.
bool is_atom_character(char c) {
  return is_alphanumeric(c) || std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
}

/// What Q encoding may leave unencoded in a phrase (RFC 2047 section 5 (3)); used everywhere.
bool is_q_literal(char c) {
  return is_alphanumeric(c) || std::string_view{"!*+-/"}.find(c) != std::string_view::npos;
}

std::size_t q_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) length += is_q_literal(c) || c == ' ' ? 1 : 3;
  return length;
}

std::string q_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_q_literal(c)) {
      out += c;
    } else if (c == ' ') {
      out += '_';
    } else {
      out += fmt::format("={:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::size_t b_length(std::string_view text) { return (text.size() + 2) / 3 * 4; }

/// Runs of whole characters that each fit an encoded word; the first has less room.
template <class Length>
std::vector<std::string_view> chunks(std::string_view text, std::size_t first_room, Length length) {
  std::vector<std::string_view> out;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = at;
    (void)next_code_point(text, next);
    const auto room = (out.empty() ? first_room : max_word) - word_frame;
    if (at > start && length(text.substr(start, next - start)) > room) {
      out.push_back(text.substr(start, at - start));
      start = at;
    }
    at = next;
  }
  if (start < text.size()) out.push_back(text.substr(start));
  return out;
}

std::string join_words(const std::vector<std::string_view>& pieces, char encoding) {
  std::string out;
  for (const auto piece : pieces) {
    if (!out.empty()) out += ' ';
    out += fmt::format("=?utf-8?{}?{}?=", encoding, encoding == 'B' ? base64_encode(piece) : q_encode(piece));
  }
  return out;
}

bool has_long_token(std::string_view text) {
  if (text.size() <= max_plain_token) return false;
  const auto tokens = split(text, ' ');
  return std::ranges::any_of(tokens, [](std::string_view token) { return token.size() > max_plain_token; });
}

/// The room for a first encoded word after "Name: ".
std::size_t first_room(std::string_view name) {
  return std::max<std::size_t>(max_line_with_words - std::min<std::size_t>(name.size() + 2, 40), 30);
}

/// "Name: value" folded at blanks, which must not be the first or last character.
void append_folded(std::string& out, std::string_view name, std::string_view value) {
  const auto limit = value.find("=?") == std::string_view::npos ? max_line : max_line_with_words;
  out += name;
  out += ": ";
  std::size_t column = name.size() + 2;
  for (bool first = true; !value.empty(); first = false) {
    // a token is a run of blanks and the following word
    const auto word = value.find_first_not_of(' ');
    const auto end =
        std::min(value.find(' ', word == std::string_view::npos ? value.size() : word), value.size());
    if (!first && column + end > limit) {
      out += "\r\n";
      column = 0;
    }
    out += value.substr(0, end);
    column += end;
    value.remove_prefix(end);
  }
  out += "\r\n";
}

std::string words(std::string_view text, std::size_t room) {
  const auto as_b = chunks(text, room, b_length);
  const auto as_q = chunks(text, room, q_length);
  auto b = join_words(as_b, 'B');
  auto q = join_words(as_q, 'Q');
  return q.size() <= b.size() ? q : b;
}

std::string phrase(std::string_view text, std::size_t room) {
  if (!is_printable_ascii(text) || text.find("=?") != std::string_view::npos || has_long_token(text))
    return words(text, room);
  const bool atoms = std::ranges::all_of(text, [](char c) { return is_atom_character(c) || c == ' '; });
  if (atoms && text.find("  ") == std::string_view::npos) return std::string{text};
  std::string quoted{'"'};
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

bool is_one_line(std::string_view value) { return std::ranges::none_of(value, is_control); }

std::string to_one_line(std::string_view value) {
  std::string out{value};
  std::ranges::replace_if(out, is_control, ' ');
  return out;
}

Result<void> check_field(std::string_view name, std::string_view value) {
  if (is_one_line(value)) return {};
  return fail(Errc::bad_data, fmt::format("{} has a line break or a control character: \"{}\"", name,
                                          to_one_line(truncate_utf8(value, 60))));
}

std::string encode_words(std::string_view text) { return words(text, max_word); }

std::string encode_phrase(std::string_view text) { return phrase(trim(text), max_word); }

void append_unstructured(std::string& out, std::string_view name, std::string_view text) {
  const auto line = to_one_line(text);
  const auto value = trim(line);
  if (is_printable_ascii(value) && value.find("=?") == std::string_view::npos && !has_long_token(value)) {
    append_folded(out, name, value);
  } else {
    append_folded(out, name, words(value, first_room(name)));
  }
}

void append_mailbox(std::string& out, std::string_view name, std::string_view display_name,
                    std::string_view address) {
  const auto line = to_one_line(display_name);
  const auto shown = trim(line);
  if (shown.empty()) {
    append_folded(out, name, to_one_line(address));
    return;
  }
  append_folded(out, name, fmt::format("{} <{}>", phrase(shown, first_room(name)), to_one_line(address)));
}

void append_structured(std::string& out, std::string_view name, std::string_view value) {
  append_folded(out, name, to_one_line(value));
}

}  // namespace tidings::message
