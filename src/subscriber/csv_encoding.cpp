#include "subscriber/csv_encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::subscriber {
namespace {

enum class Kind { utf8, utf16_little, utf16_big, windows_1252, other };

/// windows-1252 where ISO 8859-1 has control characters; 0: undefined.
constexpr std::array<char32_t, 32> windows_1252_rest{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

bool is_high(char c) { return static_cast<std::uint8_t>(c) >= 0x80; }

bool is_in_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_high(c); }

/// From the first non-ASCII byte on.
bool reads_like_windows_1252(std::string_view text) {
  std::size_t western = 0;
  std::size_t other = 0;
  std::size_t run = 0;
  std::size_t longest_run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    run = byte >= 0xC0 ? run + 1 : 0;
    longest_run = std::max(longest_run, run);
    if (byte >= 0xC0) ++western;
    // Quotes, dashes, the euro and other signs are next to a blank; inside a word they are letters of another
    // encoding.
    const bool inside = i > 0 && i + 1 < text.size() && is_in_word(text[i - 1]) && is_in_word(text[i + 1]);
    if (byte >= 0x80 && byte < 0xC0 && byte != 0x92 && byte != 0xAD && inside) ++other;
    if (byte == 0x81 || byte == 0x8D || byte == 0x8F || byte == 0x90 || byte == 0x9D) other += 3;
  }
  return longest_run <= 2 && other <= western;
}

/// Complete non-ASCII UTF-8 characters, and invalid bytes. A possibly cut-off end counts as neither.
struct Utf8Count {
  std::size_t good = 0;
  std::size_t bad = 0;
};

Utf8Count count_utf8(std::string_view text) {
  Utf8Count count;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_high(text[i])) {
      ++i;
      continue;
    }
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (size != 0 && i + size > text.size()) break;
    const bool good = size != 0 && is_valid_utf8(text.substr(i, size));
    ++(good ? count.good : count.bad);
    i += good ? size : 1;
  }
  return count;
}

}  // namespace

struct TextDecoder::State {
  Kind kind = Kind::utf8;
  std::string name = "UTF-8";
  std::string held;         // the beginning of a character
  bool is_decided = false;  // by a mark, the caller, or non-ASCII bytes
  bool is_told = false;
  bool is_guess = false;
  iconv_t converter = reinterpret_cast<iconv_t>(-1);

  void set(Kind to, std::string_view as) {
    kind = to;
    name = as;
    is_decided = true;
  }

  void decide(std::string_view bytes) {
    const auto* const first = std::ranges::find_if(bytes, is_high);
    if (first == bytes.end()) return;
    const auto from = static_cast<std::size_t>(first - bytes.begin());
    const auto count = count_utf8(bytes.substr(from));
    if (count.good == 0 && count.bad == 0) return;
    is_decided = true;
    if (count.good > 0 || !reads_like_windows_1252(bytes.substr(from > 0 ? from - 1 : 0))) return;
    set(Kind::windows_1252, "windows-1252");
    is_guess = true;
  }

  void decode_windows_1252(std::string_view bytes, std::string& out) const {
    for (const char c : bytes) {
      const auto byte = static_cast<std::uint8_t>(c);
      if (byte < 0x80) {
        out += c;
        continue;
      }
      const char32_t point = byte < 0xA0 ? windows_1252_rest.at(byte - 0x80U) : byte;
      if (point == 0) {
        out += '\xFF';
      } else {
        append_utf8(out, point);
      }
    }
  }

  void decode_utf16(std::string& out) {
    const auto unit = [&](std::size_t i) {
      const auto first = static_cast<std::uint8_t>(held[i]);
      const auto second = static_cast<std::uint8_t>(held[i + 1]);
      return static_cast<char32_t>(kind == Kind::utf16_little ? (second << 8) | first
                                                              : (first << 8) | second);
    };
    std::size_t i = 0;
    for (; i + 2 <= held.size(); i += 2) {
      const char32_t c = unit(i);
      if (c >= 0xD800 && c < 0xDC00) {
        if (i + 4 > held.size()) break;
        const char32_t low = unit(i + 2);
        if (low >= 0xDC00 && low < 0xE000) {
          append_utf8(out, 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00));
          i += 2;
          continue;
        }
      }
      if (c >= 0xD800 && c < 0xE000) {
        out += '\xFF';  // a lone surrogate
      } else {
        append_utf8(out, c);
      }
    }
    held.erase(0, i);
  }

  void convert(std::string& out) {
    char* in = held.data();
    std::size_t left = held.size();
    while (left > 0) {
      std::array<char, 4096> buffer{};
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const auto done = ::iconv(converter, &in, &left, &to, &room);
      const int reason = errno;
      out.append(buffer.data(), buffer.size() - room);
      if (done != static_cast<std::size_t>(-1) || reason == E2BIG) continue;
      if (reason == EINVAL) break;  // half a character
      out += '\xFF';
      ++in;
      --left;
    }
    held.erase(0, held.size() - left);
  }
};

TextDecoder::TextDecoder() : state_(std::make_unique<State>()) {}
TextDecoder::TextDecoder(TextDecoder&&) noexcept = default;
TextDecoder::~TextDecoder() {
  if (state_ && state_->converter != reinterpret_cast<iconv_t>(-1)) ::iconv_close(state_->converter);
}

Result<void> TextDecoder::expect(std::string_view encoding) {
  auto& state = *state_;
  const auto name = ascii_lower(trim(encoding));
  state.is_told = true;
  if (name == "utf-8" || name == "utf8") {
    state.set(Kind::utf8, "UTF-8");
  } else if (name == "windows-1252" || name == "cp1252" || name == "latin1" || name == "latin-1" ||
             name == "iso-8859-1" || name == "ansi") {
    state.set(Kind::windows_1252, "windows-1252");
  } else if (name == "utf-16le" || name == "utf-16" || name == "utf16" || name == "unicode") {
    state.set(Kind::utf16_little, "UTF-16");
  } else if (name == "utf-16be") {
    state.set(Kind::utf16_big, "UTF-16");
  } else {
    state.converter = ::iconv_open("UTF-8", std::string{trim(encoding)}.c_str());
    if (state.converter == reinterpret_cast<iconv_t>(-1)) {
      return fail(Errc::usage, fmt::format("unknown --encoding \"{}\"", clean_utf8(encoding)),
                  "utf-8, windows-1252, utf-16, or one that \"iconv -l\" lists");
    }
    state.set(Kind::other, trim(encoding));
  }
  return {};
}

std::size_t TextDecoder::start(std::string_view beginning) {
  auto& state = *state_;
  const auto mark = [&](std::string_view bytes, Kind kind, std::string_view name) {
    if (!beginning.starts_with(bytes)) return false;
    if (!state.is_told || state.kind == Kind::utf16_little || state.kind == Kind::utf16_big)
      state.set(kind, name);
    return true;
  };
  if (mark("\xEF\xBB\xBF", Kind::utf8, "UTF-8")) return 3;
  if (mark("\xFF\xFE", Kind::utf16_little, "UTF-16") || mark("\xFE\xFF", Kind::utf16_big, "UTF-16")) return 2;
  if (state.is_told || beginning.size() < 4) return 0;
  // Revealed by the zeros of ASCII text.
  const auto zero = [&](std::size_t i) { return beginning[i] == '\0'; };
  if (!zero(0) && zero(1) && !zero(2) && zero(3)) state.set(Kind::utf16_little, "UTF-16");
  if (zero(0) && !zero(1) && zero(2) && !zero(3)) state.set(Kind::utf16_big, "UTF-16");
  return 0;
}

void TextDecoder::decode(std::string_view bytes, std::string& out) {
  auto& state = *state_;
  if (!state.is_decided) {
    // Undecided bytes at the end of a piece are the beginning of a character.
    std::string whole = std::exchange(state.held, {}).append(bytes);
    state.decide(whole);
    if (state.is_decided) return decode(whole, out);
    const auto high = static_cast<std::size_t>(std::ranges::find_if(whole, is_high) - whole.begin());
    out.append(whole, 0, high);
    state.held = whole.substr(high);
    return;
  }
  switch (state.kind) {
    case Kind::utf8: out.append(bytes); return;
    case Kind::windows_1252: return state.decode_windows_1252(bytes, out);
    case Kind::utf16_little:
    case Kind::utf16_big: state.held.append(bytes); return state.decode_utf16(out);
    case Kind::other: state.held.append(bytes); return state.convert(out);
  }
}

bool TextDecoder::finish(std::string& out) {
  auto& state = *state_;
  if (state.is_decided) return state.held.empty();
  out.append(std::exchange(state.held, {}));  // at most half a character: its line is not UTF-8
  return true;
}

const std::string& TextDecoder::name() const { return state_->name; }
bool TextDecoder::is_guess() const { return state_->is_guess; }

}  // namespace tidings::subscriber
