#include "base/mail_address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include <fmt/format.h>
#include <idn2.h>

#include "base/text.hpp"

namespace tidings {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; });
}

struct CodePoints {
  char32_t first;
  char32_t last;
};

/// RFC 6531 section 3.3 allows these in a local part. But nobody can see or type them, or they end lines or
/// reverse the text around them, so that people read a different address: C1 controls, separators, blanks,
/// soft hyphen, bidirectional and zero-width characters, other format characters (RFC 8264 section 9.11), and
/// noncharacters.
constexpr std::array unseen{
    CodePoints{0x80, 0xA0},     CodePoints{0xAD, 0xAD},       CodePoints{0x34F, 0x34F},
    CodePoints{0x600, 0x605},   CodePoints{0x61C, 0x61C},     CodePoints{0x6DD, 0x6DD},
    CodePoints{0x70F, 0x70F},   CodePoints{0x115F, 0x1160},   CodePoints{0x1680, 0x1680},
    CodePoints{0x180B, 0x180F}, CodePoints{0x2000, 0x200F},   CodePoints{0x2028, 0x202F},
    CodePoints{0x205F, 0x206F}, CodePoints{0x3000, 0x3000},   CodePoints{0x3164, 0x3164},
    CodePoints{0xFDD0, 0xFDEF}, CodePoints{0xFEFF, 0xFEFF},   CodePoints{0xFFA0, 0xFFA0},
    CodePoints{0xFFF0, 0xFFFF}, CodePoints{0x1D173, 0x1D17A}, CodePoints{0xE0000, 0x10FFFF},
};

bool is_unseen(char32_t character) {
  return std::ranges::any_of(
      unseen, [&](const CodePoints& each) { return each.first <= character && character <= each.last; });
}

std::string name_of(char32_t character) {
  return fmt::format("U+{:04X}", static_cast<std::uint32_t>(character));
}

/// The first of them, or 0.
char32_t first_unseen(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (const auto character = next_code_point(text, at); is_unseen(character)) return character;
  }
  return 0;
}

/// For messages: names invisible characters.
std::string shown(std::string_view text) {
  const auto clean = clean_utf8(text);
  std::string out;
  for (std::size_t at = 0; at < clean.size();) {
    const auto character = next_code_point(clean, at);
    if (is_unseen(character) && character != 0xFFFD) {
      out += "<" + name_of(character) + ">";
    } else {
      append_utf8(out, character);
    }
  }
  return std::string{truncate_utf8(out, 100)};
}

/// RFC 5322 section 3.2.3 atext, and any UTF-8 (RFC 6531 section 3.3).
bool is_atext(char c) {
  if (static_cast<std::uint8_t>(c) >= 0x80) return true;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
}

Result<void> check_labels(std::string_view domain) {
  if (domain.size() > 253) return fail(Errc::bad_data, "the domain is longer than 253 characters");
  const auto labels = split(domain, '.');
  if (labels.size() < 2) {
    return fail(Errc::bad_data, fmt::format("the domain \"{}\" has no dot", domain),
                "it should end like example.org");
  }
  for (const auto label : labels) {
    if (label.empty())
      return fail(Errc::bad_data, fmt::format("the domain \"{}\" has an empty part", domain));
    if (label.size() > 63) return fail(Errc::bad_data, "a part of the domain is longer than 63 characters");
    const bool letters = std::ranges::all_of(
        label, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    if (!letters || label.front() == '-' || label.back() == '-') {
      return fail(Errc::bad_data,
                  fmt::format("the domain \"{}\" has a character that is not allowed in domains", domain));
    }
  }
  return {};
}

}  // namespace

std::string MailAddress::key() const { return fold_case(local) + "@" + domain; }

Result<std::string> domain_to_ascii(std::string_view domain) {
  std::string ascii;
  if (is_ascii(domain)) {
    // Without libidn2, whose STD3 mode deletes invalid characters (a_b.example became ab.example).
    ascii = ascii_lower(domain);
  } else {
    std::uint8_t* out = nullptr;
    const std::string input{domain};
    if (idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(input.c_str()), &out,
                       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) {
      return fail(Errc::bad_data, fmt::format("the domain \"{}\" is not a valid international name", domain));
    }
    ascii = ascii_lower(reinterpret_cast<const char*>(out));
    idn2_free(out);
  }
  TIDINGS_TRY(check_labels(ascii));
  return ascii;
}

std::string domain_to_unicode(std::string_view domain) {
  char* out = nullptr;
  std::string input{domain};
  if (idn2_to_unicode_8z8z(input.c_str(), &out, 0) != IDN2_OK || out == nullptr) return input;
  std::string text{out};
  idn2_free(out);
  return text;
}

MailAddress stored_address(std::string_view text) {
  const auto at = std::min(text.rfind('@'), text.size());
  const auto local = text.substr(0, at);
  return {.local = std::string{local},
          .domain = ascii_lower(text.substr(std::min(at + 1, text.size()))),
          .needs_smtputf8 = !is_ascii(local)};
}

Result<MailAddress> parse_mail_address(std::string_view text) {
  const auto bad = [&](std::string_view why, std::string hint = {}) {
    return fail(Errc::bad_data, fmt::format("\"{}\" is not a mail address: {}", shown(text), why),
                std::move(hint));
  };
  if (has_control(text) || !is_valid_utf8(text))
    return bad("it has control characters or bytes that are not UTF-8");
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return bad("it has no @", "write it like name@example.org");
  if (text.ends_with('>')) return bad("it has a name or brackets", "write only what stands between < and >");
  const auto local = text.substr(0, at);
  if (local.find('@') != std::string_view::npos) return bad("it has more than one @", "write one address");
  if (local.empty()) return bad("nothing stands before the @");
  if (local.size() > 64) return bad("the part before the @ is longer than 64 octets");
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) {
    return bad("the part before the @ begins or ends with a dot or has two in a row");
  }
  if (const auto character = first_unseen(local); character != 0) {
    return bad(name_of(character) + " before the @ is invisible or changes how the rest is displayed");
  }
  const auto* const wrong = std::ranges::find_if_not(local, [](char c) { return is_atext(c) || c == '.'; });
  if (wrong != local.end()) return bad(fmt::format("the character '{}' is not allowed before the @", *wrong));
  auto domain = domain_to_ascii(text.substr(at + 1));
  if (!domain) return bad(domain.error().what, domain.error().hint);
  MailAddress address{
      .local = std::string{local}, .domain = std::move(*domain), .needs_smtputf8 = !is_ascii(local)};
  if (address.text().size() > 254) return bad("it is longer than 254 octets");
  return address;
}

Result<Mailbox> parse_mailbox(std::string_view text) {
  if (has_control(text) || !is_valid_utf8(text)) {
    return fail(Errc::bad_data, "a mailbox has control characters or bytes that are not UTF-8");
  }
  text = trim(text);
  const auto open = text.rfind('<');
  if (open == std::string_view::npos) {
    TIDINGS_LET(auto address, parse_mail_address(text));
    return Mailbox{.name = {}, .address = std::move(address)};
  }
  if (text.back() != '>') {
    return fail(Errc::bad_data, fmt::format("\"{}\" is not a mailbox", text),
                "write it like Name <name@example.org>");
  }
  TIDINGS_LET(auto address, parse_mail_address(trim(text.substr(open + 1, text.size() - open - 2))));
  auto name = trim(text.substr(0, open));
  std::string plain;
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (name[i] == '\\' && i + 1 < name.size()) ++i;
      plain += name[i];
    }
  } else {
    plain = collapse_blanks(name);
  }
  return Mailbox{.name = std::move(plain), .address = std::move(address)};
}

}  // namespace tidings
