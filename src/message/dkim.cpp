#include "message/dkim.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/mail_address.hpp"
#include "base/text.hpp"

namespace tidings::message {
namespace {

/// RFC 6376 section 5.4.1, RFC 8058 section 4 and Gmail's Feedback-ID: what a signature must cover of a
/// digest.
constexpr std::array signed_fields{"from",
                                   "reply-to",
                                   "to",
                                   "subject",
                                   "date",
                                   "message-id",
                                   "mime-version",
                                   "content-type",
                                   "content-language",
                                   "content-transfer-encoding",
                                   "list-id",
                                   "list-unsubscribe",
                                   "list-unsubscribe-post",
                                   "list-post",
                                   "feedback-id",
                                   "auto-submitted",
                                   "expires"};

constexpr std::size_t line_width = 76;

struct Field {
  std::string name;        ///< lower case
  std::string_view value;  ///< as written, without the final CRLF
};

std::vector<Field> fields_of(std::string_view header) {
  std::vector<Field> out;
  while (!header.empty()) {
    std::size_t end = 0;
    do {
      end = header.find("\r\n", end);
      end = end == std::string_view::npos ? header.size() : end + 2;
    } while (end < header.size() && (header[end] == ' ' || header[end] == '\t'));
    const auto field = header.substr(0, end);
    const auto colon = field.find(':');
    if (colon != std::string_view::npos) {
      auto value = field.substr(colon + 1);
      if (value.ends_with("\r\n")) value.remove_suffix(2);
      out.push_back({.name = ascii_lower(trim(field.substr(0, colon))), .value = value});
    }
    header.remove_prefix(end);
  }
  return out;
}

/// RFC 6376 section 3.4.2: unfolded, runs of blanks made one, none around the value.
void append_relaxed_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ':';
  bool blank = false;
  bool begun = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      blank = begun;
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    begun = true;
    out += c;
  }
}

/// `text` in pieces of the line width, continued after a blank.
void append_wrapped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto piece = text.substr(0, line_width - 4);
    out += "\r\n ";
    out += piece;
    text.remove_prefix(piece.size());
  }
}

/// h= and the canonical fields it names.
struct Selection {
  std::string names;      ///< folded
  std::string canonical;  ///< each with CRLF
};

Selection select_fields(std::string_view header) {
  const auto fields = fields_of(header);
  Selection out;
  std::size_t column = 4;
  const auto name = [&](std::string_view what) {
    if (!out.names.empty()) {
      out.names += ':';
      if (++column + what.size() > line_width) {
        out.names += "\r\n  ";
        column = 2;
      }
    }
    out.names += what;
    column += what.size();
  };
  for (const std::string_view wanted : signed_fields) {
    const auto field = std::ranges::find(fields, wanted, &Field::name);
    if (field == fields.end()) continue;
    name(wanted);
    append_relaxed_field(out.canonical, field->name, field->value);
    out.canonical += "\r\n";
  }
  name("from");  // once more than present: a second From would break the signature
  return out;
}

/// RFC 6376 section 3.1: host name labels.
bool is_selector(std::string_view selector) {
  const auto labels = split(selector, '.');
  return std::ranges::all_of(labels, [](std::string_view label) {
    const bool letters = std::ranges::all_of(label, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    return letters && !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-';
  });
}

std::string_view algorithm_of(const SigningKey& key) {
  return key.kind() == SigningKey::Kind::rsa ? "rsa-sha256" : "ed25519-sha256";
}

}  // namespace

Result<DkimSigner> make_dkim_signer(std::string_view domain, std::string_view selector, SigningKey key) {
  auto host = domain_to_ascii(domain);
  if (!host) return fail(Errc::config, fmt::format("dkim domain: {}", host.error().what));
  if (!is_selector(selector)) {
    return fail(Errc::config, fmt::format("invalid dkim selector \"{}\"", selector),
                "use letters, digits and hyphens, such as tidings1");
  }
  return DkimSigner{.domain = std::move(*host), .selector = ascii_lower(selector), .key = std::move(key)};
}

bool is_aligned(std::string_view domain, std::string_view from_domain) {
  const auto d = ascii_lower(domain);
  const auto from = ascii_lower(from_domain);
  return d == from || d.ends_with("." + from) || from.ends_with("." + d);
}

void DkimBodyHash::put(std::string_view bytes) {
  static constexpr std::string_view line_ends = "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";
  for (; line_ends_ > 0; line_ends_ -= std::min<std::size_t>(line_ends_, 8)) {
    hash_.update(line_ends.substr(0, 2 * std::min<std::size_t>(line_ends_, 8)));
  }
  hash_.update(bytes);
  empty_ = false;
}

void DkimBodyHash::update(std::string_view body) {
  std::size_t start = 0;
  const auto flush = [&](std::size_t end) {
    if (end > start) put(body.substr(start, end - start));
  };
  for (std::size_t at = 0; at < body.size(); ++at) {
    const char c = body[at];
    if (c == '\r' || c == '\n' || c == ' ' || c == '\t') {
      flush(at);
      start = at + 1;
      if (c == '\n') {
        ++line_ends_;
        blank_ = false;
      } else if (c != '\r') {
        blank_ = true;
      }
    } else if (blank_) {
      put(" ");
      blank_ = false;
    }
  }
  flush(body.size());
}

void DkimBodyHash::update_relaxed(std::string_view lines) {
  std::size_t held = 0;
  while (lines.ends_with("\r\n")) {
    lines.remove_suffix(2);
    ++held;
  }
  if (!lines.empty()) put(lines);
  line_ends_ += held;
}

std::string DkimBodyHash::finish() {
  if (!empty_) hash_.update("\r\n");
  return hash_.finish();
}

std::string relaxed_lines(std::string_view lines) {
  std::string out;
  out.reserve(lines.size());
  bool blank = false;
  for (const char c : lines) {
    if (c == ' ' || c == '\t') {
      blank = true;
      continue;
    }
    if (blank && c != '\r') out += ' ';
    blank = false;
    out += c;
  }
  return out;
}

std::string dkim_fields(const std::vector<DkimSigner>& signers, std::string_view header,
                        std::string_view body_hash, UtcTime when) {
  std::string out;
  const auto selection = select_fields(header);
  for (const auto& signer : signers) {
    auto value =
        fmt::format(" v=1; a={}; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n h={};\r\n bh={};\r\n b=",
                    algorithm_of(signer.key), signer.domain, signer.selector, to_ms(when) / 1000,
                    selection.names, base64_encode(body_hash));
    auto canonical = selection.canonical;
    append_relaxed_field(canonical, "dkim-signature", value);
    // RFC 8463 section 3: Ed25519 signs the hash of the fields
    const auto signature =
        signer.key.sign(signer.key.kind() == SigningKey::Kind::rsa ? canonical : sha256(canonical));
    out += "DKIM-Signature:";
    out += value;
    append_wrapped(out, base64_encode(signature));
    out += "\r\n";
  }
  return out;
}

std::string dkim_fields(const std::vector<DkimSigner>& signers, std::string_view message, UtcTime when) {
  const auto end = message.find("\r\n\r\n");
  const auto header = end == std::string_view::npos ? message : message.substr(0, end + 2);
  DkimBodyHash hash;
  if (end != std::string_view::npos) hash.update(message.substr(end + 4));
  return dkim_fields(signers, header, hash.finish(), when);
}

DkimRecord dkim_record(const DkimSigner& signer) {
  constexpr std::size_t max_string = 255;
  DkimRecord out;
  out.name = fmt::format("{}._domainkey.{}", signer.selector, signer.domain);
  out.text =
      fmt::format("v=DKIM1; k={}; p={}", signer.key.kind() == SigningKey::Kind::rsa ? "rsa" : "ed25519",
                  base64_encode(signer.key.public_bytes()));
  out.zone_line = out.name + ". IN TXT (";
  for (std::string_view rest = out.text; !rest.empty();
       rest.remove_prefix(std::min(max_string, rest.size()))) {
    out.zone_line += fmt::format(" \"{}\"", rest.substr(0, max_string));
  }
  out.zone_line += " )";
  return out;
}

}  // namespace tidings::message
