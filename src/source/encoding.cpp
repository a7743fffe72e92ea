#include "source/encoding.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include <iconv.h>

#include "base/text.hpp"
#include "source/encoding_tables.hpp"

namespace tidings::source {
namespace {

/// windows-1252, 0x80 to 0x9F (WHATWG index); its five holes are the C1 controls of the same numbers.
constexpr std::array<char32_t, 32> windows_1252{
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

char32_t windows_1252_char(unsigned char byte) {
  return byte >= 0x80 && byte <= 0x9F ? windows_1252[byte - 0x80U] : char32_t{byte};
}

/// Length of the valid UTF-8 sequence at `at`, 0 if there is none (RFC 3629).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(at + i < text.size() ? text[at + i] : 0);
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

struct Utf8Count {
  std::size_t valid = 0;    ///< sequences of two bytes and more
  std::size_t invalid = 0;  ///< bytes in no sequence
};

Utf8Count count_utf8(std::string_view text) {
  Utf8Count count;
  for (std::size_t i = 0; i < text.size();) {
    std::uint64_t word = 0;
    if (i + sizeof word <= text.size()) {
      std::memcpy(&word, text.data() + i, sizeof word);
      if ((word & 0x8080808080808080ULL) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const auto length = sequence_length(text, i);
    if (length == 0) ++count.invalid;
    if (length > 1) ++count.valid;
    i += length == 0 ? 1 : length;
  }
  return count;
}

/// Keeps valid UTF-8 and reads every other byte as windows-1252: right for UTF-8 with accidents and for
/// windows-1252.
std::string decode_mixed(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (std::size_t i = 0; i < bytes.size();) {
    const auto length = sequence_length(bytes, i);
    if (length == 0) {
      append_utf8(out, windows_1252_char(static_cast<unsigned char>(bytes[i++])));
    } else {
      out.append(bytes, i, length);
      i += length;
    }
  }
  return out;
}

std::string decode_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) append_utf8(out, windows_1252_char(static_cast<unsigned char>(c)));
  return out;
}

class Converter {
 public:
  explicit Converter(const std::string& from)
      : handle_(iconv_open("UTF-8", from.c_str())),
        in_pairs_(std::ranges::find(paired, from) != paired.end()) {
    // Hong Kong's table lacks a few signs of the plain one.
    if (from == "BIG5-HKSCS") other_ = std::make_unique<Converter>("CP950");
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (*this) iconv_close(handle_);
  }
  explicit operator bool() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  struct Out {
    std::string text;
    std::size_t bad = 0;  ///< bytes that were no character
  };

  Out convert(std::string_view bytes) {
    Out out;
    out.text.resize(bytes.size() * 2 + 64);
    auto* in = const_cast<char*>(bytes.data());  // iconv's old signature; it does not write there
    std::size_t left = bytes.size();
    std::size_t used = 0;
    while (left > 0) {
      char* to = out.text.data() + used;
      std::size_t room = out.text.size() - used;
      const auto status = iconv(handle_, &in, &left, &to, &room);
      used = out.text.size() - room;
      if (status != static_cast<std::size_t>(-1)) break;
      if (errno == E2BIG) {
        out.text.resize(out.text.size() * 2);
        continue;
      }
      // EILSEQ, or EINVAL for a character cut off at the end. An invalid pair is skipped whole, or everything
      // after it would be read one byte out of step (Encoding Standard, "Big5 decoder" and similar).
      const bool pair = in_pairs_ && left > 1 && is_high(in[0]) && is_high(in[1]);
      auto found = pair && other_ ? other_->convert({in, 2}) : Out{.text = "\xEF\xBF\xBD", .bad = 1};
      out.bad += found.bad > 0 ? 1 : 0;
      if (room < 16) out.text.resize(out.text.size() * 2);
      if (found.bad > 0) found.text = "\xEF\xBF\xBD";
      out.text.replace(used, found.text.size(), found.text);
      used += found.text.size();
      in += pair ? 2 : 1;
      left -= pair ? 2 : 1;
    }
    used = flush(out.text, used);
    out.text.resize(used);
    return out;
  }

 private:
  static constexpr std::array<std::string_view, 6> paired{"BIG5-HKSCS", "CP932",   "CP950",
                                                          "EUC-JP",     "GB18030", "UHC"};

  static bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

  /// Some tables hold a letter back until they have seen whether an accent follows.
  std::size_t flush(std::string& text, std::size_t used) {
    text.resize(std::max(text.size(), used + 16));
    char* to = text.data() + used;
    std::size_t room = text.size() - used;
    iconv(handle_, nullptr, nullptr, &to, &room);
    return text.size() - room;
  }

  iconv_t handle_;
  bool in_pairs_ = false;
  std::unique_ptr<Converter> other_;
};

struct Mark {
  std::string_view bytes;
  std::string_view encoding;
  std::size_t skip;
};

/// Byte order marks, then "<" and "<?xm" in other widths and EBCDIC. Longer ones first.
constexpr std::array<Mark, 10> marks{{
    {{"\x00\x00\xFE\xFF", 4}, "UTF-32BE", 4},
    {{"\xFF\xFE\x00\x00", 4}, "UTF-32LE", 4},
    {{"\xEF\xBB\xBF", 3}, "UTF-8", 3},
    {{"\xFE\xFF", 2}, "UTF-16BE", 2},
    {{"\xFF\xFE", 2}, "UTF-16LE", 2},
    {{"\x00\x00\x00<", 4}, "UTF-32BE", 0},
    {{"<\x00\x00\x00", 4}, "UTF-32LE", 0},
    {{"\x00<\x00", 3}, "UTF-16BE", 0},
    {{"<\x00", 2}, "UTF-16LE", 0},
    {{"\x4C\x6F\xA7\x94", 4}, "CP037", 0},
}};

/// The value after `name` and "=", quoted or not; empty if absent.
std::string_view value_after(std::string_view text, std::string_view name) {
  const auto lower = ascii_lower(text);
  for (auto at = lower.find(name); at != std::string::npos; at = lower.find(name, at + 1)) {
    auto rest = trim(text.substr(at + name.size()));
    if (rest.empty() || rest.front() != '=') continue;
    rest = trim(rest.substr(1));
    if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) rest.remove_prefix(1);
    return rest.substr(0, rest.find_first_of("\"'; \t\r\n?>/"));
  }
  return {};
}

std::string_view declared_in_xml(std::string_view bytes) {
  const auto head = bytes.substr(0, 2048);
  const auto start = head.find("<?xml");
  if (start == std::string_view::npos) return {};
  const auto declaration = head.substr(start, head.find('>', start) - start);
  return value_after(declaration, "encoding");
}

std::string_view declared_in_meta(std::string_view bytes) {
  const auto head = bytes.substr(0, 4096);
  const auto lower = ascii_lower(head);
  const auto start = lower.find("<meta");
  return start == std::string::npos ? std::string_view{} : value_after(head.substr(start), "charset");
}

std::string decode_by_table(std::string_view bytes, std::u32string_view upper) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(out, byte < 0x80 ? char32_t{byte} : upper[byte - 0x80U]);
  }
  return out;
}

/// RFC 1843: pairs of GB 2312 without their high bits are between "~{" and "~}" or the end of the line; "~~"
/// is "~".
std::string gb2312_from_hz(std::string_view bytes) {
  std::string out;
  bool paired = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto next = i + 1 < bytes.size() ? bytes[i + 1] : '\0';
    if (bytes[i] == '\n') paired = false;
    if (bytes[i] == '~' && (next == '{' || next == '}')) {
      paired = next == '{';
      ++i;
    } else if (bytes[i] == '~' && !paired && (next == '~' || next == '\n')) {
      if (next == '~') out += '~';
      ++i;
    } else {
      out += paired && bytes[i] > ' ' ? static_cast<char>(static_cast<unsigned char>(bytes[i]) | 0x80U)
                                      : bytes[i];
    }
  }
  return out;
}

std::optional<Decoded> decode_as(std::string_view bytes, const std::string& encoding) {
  if (encoding == "CP1252")
    return Decoded{.text = decode_windows_1252(bytes), .encoding = encoding, .warnings = {}};
  if (encoding == "HZ") return decode_as(gb2312_from_hz(bytes), "GB18030");
  if (const auto upper = upper_half_of(encoding); !upper.empty())
    return Decoded{.text = decode_by_table(bytes, upper), .encoding = encoding, .warnings = {}};
  Converter converter{encoding};
  if (!converter) return std::nullopt;
  auto out = converter.convert(bytes);
  Decoded decoded{.text = std::move(out.text), .encoding = encoding, .warnings = {}};
  if (out.bad > 0)
    decoded.warnings.push_back(plural(static_cast<long long>(out.bad), "byte") + " not valid in " + encoding);
  return decoded;
}

Decoded decode_utf8(std::string_view bytes, const Utf8Count& count) {
  if (count.invalid == 0) return {.text = std::string{bytes}, .encoding = "UTF-8", .warnings = {}};
  return {.text = decode_mixed(bytes),
          .encoding = count.valid > count.invalid ? "UTF-8" : "CP1252",
          .warnings = {plural(static_cast<long long>(count.invalid), "byte") +
                       " not valid in UTF-8, read as windows-1252"}};
}

/// EBCDIC code pages agree in the characters of an XML declaration, so the first reading names the right one.
Decoded decode_ebcdic(std::string_view bytes, Decoded first) {
  const auto declared = encoding_of_label(declared_in_xml(first.text));
  if (declared.empty() || declared == first.encoding) return first;
  auto second = decode_as(bytes, declared);
  return second && second->text.starts_with("<?xml") ? *std::move(second) : first;
}

Decoded decode_unmarked(std::string_view bytes, std::string_view content_type) {
  const auto count = count_utf8(bytes);
  if (count.invalid == 0 && count.valid > 0) return decode_utf8(bytes, count);
  std::vector<std::string> warnings;
  for (const auto label :
       {value_after(content_type, "charset"), declared_in_xml(bytes), declared_in_meta(bytes)}) {
    if (label.empty()) continue;
    const auto encoding = encoding_of_label(label);
    if (encoding.empty()) {
      warnings.push_back("unknown encoding \"" + clean_utf8(label.substr(0, 40)) + "\"");
      continue;
    }
    // If a document could be read far enough to find its label, its encoding does not use two or four bytes
    // per character.
    if (encoding.starts_with("UTF-16") || encoding.starts_with("UTF-32") || encoding == "UTF-8") continue;
    const bool is_seven_bit = encoding.starts_with("ISO-2022") || encoding == "UTF-7" || encoding == "HZ";
    if (count.invalid == 0 && !is_seven_bit) break;  // plain ASCII: nothing to decode
    auto decoded = decode_as(bytes, encoding);
    if (!decoded) continue;
    decoded->warnings.insert(decoded->warnings.begin(), warnings.begin(), warnings.end());
    return *std::move(decoded);
  }
  // Mostly valid UTF-8 with accidents stays UTF-8; mostly invalid bytes are something else.
  if (const auto guess = count.invalid > count.valid ? guess_encoding(bytes) : std::string{};
      !guess.empty()) {
    if (auto decoded = decode_as(bytes, guess)) {
      decoded->warnings.push_back("no encoding is declared, read as " + guess);
      return *std::move(decoded);
    }
  }
  auto decoded = decode_utf8(bytes, count);
  decoded.warnings.insert(decoded.warnings.begin(), warnings.begin(), warnings.end());
  return decoded;
}

}  // namespace

bool is_clean_utf8(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  constexpr std::uint64_t highs = 0x8080808080808080ULL;
  for (std::size_t i = 0; i < text.size();) {
    std::uint64_t word = 0;
    if (i + sizeof word <= text.size()) {
      std::memcpy(&word, text.data() + i, sizeof word);
      // All eight bytes in 0x20..0x7E: none has its high bit, none is below 0x20, none is 0x7F.
      const bool plain = ((word | (word - ones * 0x20) | (word + ones)) & highs) == 0;
      if (plain) {
        i += sizeof word;
        continue;
      }
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F) return false;
      ++i;
      continue;
    }
    const auto length = sequence_length(text, i);
    if (length == 0) return false;
    if (c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;  // C1
    if (c >= 0xEF) {
      auto at = i;
      const char32_t code = next_code_point(text, at);
      if (code == 0xFEFF || (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFEU) == 0xFFFEU) return false;
    }
    i += length;
  }
  return true;
}

std::string mend_c1(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() + 8);
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (utf8[i] == '\xC2' && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xA0) {
      append_utf8(out, windows_1252_char(static_cast<unsigned char>(utf8[++i])));
    } else {
      out += utf8[i];
    }
  }
  return out;
}

Decoded decode_bytes(std::string_view bytes, std::string_view content_type) {
  Decoded decoded;
  bool found = false;
  for (const auto& mark : marks) {
    if (!bytes.starts_with(mark.bytes)) continue;
    const auto rest = bytes.substr(mark.skip);
    if (mark.encoding == "UTF-8") {
      decoded = decode_utf8(rest, count_utf8(rest));
    } else if (auto converted = decode_as(rest, std::string{mark.encoding})) {
      decoded = mark.encoding == "CP037" ? decode_ebcdic(rest, *std::move(converted)) : *std::move(converted);
    } else {
      continue;
    }
    found = true;
    break;
  }
  if (!found) decoded = decode_unmarked(bytes, content_type);
  if (!is_clean_utf8(decoded.text)) decoded.text = clean_utf8(mend_c1(decoded.text));
  return decoded;
}

}  // namespace tidings::source
