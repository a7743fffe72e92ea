// Reads a mail of any quality into a flat list of parts: the only user of GMime. Pure.
//
// Bounces are often malformed: missing boundaries, wrong content types, CR line ends, 8-bit text without a
// charset. Text that is not valid MIME is kept as plain text. All output is valid UTF-8 with LF line ends.
// Limits: the first 10 MiB of a mail, 200 parts, 30 levels, 256 KiB of text per part, 2,000 header fields;
// the rest is dropped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::bounce {

inline constexpr std::size_t max_mail_bytes = 10 << 20;

/// Unfolded, encoded words decoded (RFC 2047).
struct Field {
  std::string name{};  ///< lower case
  std::string value{};
};
using Fields = std::vector<Field>;

/// The first field of that name (lower case), or "".
[[nodiscard]] std::string_view field(const Fields& fields, std::string_view name);

/// A header block as text, e.g. inside text/rfc822-headers: stops at the first line that is not part of a
/// field.
[[nodiscard]] Fields read_fields(std::string_view text);

enum class Place { notice, returned };  ///< in the report itself, or below an attached message

struct Part {
  std::string type{};  ///< "text/plain", lower case
  std::string text{};
  Place place = Place::notice;
};

struct Mail {
  Fields fields{};
  std::string type{};              ///< of the whole
  std::string report_type{};       ///< parameter of multipart/report, lower case
  std::vector<Part> parts{};       ///< leaves in order
  std::vector<Fields> returned{};  ///< headers of attached messages, outermost first
};

/// Never fails: bytes that are not a mail give one without fields.
[[nodiscard]] Mail read_mail(std::string_view bytes);

/// Without markup, block ends as line ends, common character references decoded.
[[nodiscard]] std::string text_of_html(std::string_view html);

}  // namespace tidings::bounce
