// Reads a mail of any quality into a flat list of parts: the only user of GMime. Pure.
//
// Bounces are the worst-formed mail there is: missing boundaries, wrong content types, CR line ends, 8-bit
// text without a charset. What cannot be understood as MIME is kept as plain text. All text that comes out is
// valid UTF-8 with LF line ends. Limits: the first 10 MiB of a mail, 200 parts, 30 levels, 256 KiB of text a
// part, 2,000 header fields; the rest is left out.
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

/// A header block as text, e.g. inside text/rfc822-headers: stops at the first line that belongs to none.
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

/// Never fails: bytes that are no mail give a mail without fields.
[[nodiscard]] Mail read_mail(std::string_view bytes);

/// Markup away, block ends become line ends, the common character references decoded.
[[nodiscard]] std::string text_of_html(std::string_view html);

}  // namespace tidings::bounce
