// Nouns of the message room: a finished mail, and its personal part.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

namespace tidings::message {

/// What lines may hold: a header sent by SMTPUTF8 has UTF-8 (RFC 6532 section 3.2).
enum class Octets { ascii, utf8 };

/// What is wrong with `bytes`; empty if they are whole lines as sent on the wire (RFC 5321 sections 2.3.8,
/// 4.5.3.1.6): no NUL, only CRLF line ends, no line over 998 octets.
[[nodiscard]] std::string unsound_lines(std::string_view bytes, Octets octets = Octets::ascii);

/// Sound lines shared by many messages: checked once, when made, and constant.
class SharedLines {
 public:
  SharedLines() = default;
  /// Errc::bug if they are unsound.
  [[nodiscard]] static Result<SharedLines> make(std::string bytes);
  [[nodiscard]] std::string_view text() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  /// Whether a line begins with a dot.
  [[nodiscard]] bool has_dots() const { return has_dots_; }

 private:
  explicit SharedLines(std::string bytes);
  std::string bytes_;
  bool has_dots_ = false;
};

/// One finished mail and its envelope. Its octets are sound lines, some its own and some shared, so that a
/// mail of 30 KB and its pictures are neither copied nor kept for each reader. pieces() is what is sent,
/// before dot-stuffing.
struct Message {
  struct Splice {
    std::size_t before = 0;  ///< offset in `bytes`: the beginning of a line, or the end
    const SharedLines* lines = nullptr;
  };

  std::string envelope_from = {};  ///< addr-spec without angle brackets; empty: the null reverse path
  std::string envelope_to = {};
  std::string bytes = {};                   ///< its own; everything if there are no splices
  std::vector<Splice> splices = {};         ///< ascending
  std::shared_ptr<const void> keeper = {};  ///< keeps alive what the splices refer to

  [[nodiscard]] std::size_t size_bytes() const;
  /// Whether an envelope address is non-ASCII: then the header is too, and the message needs SMTPUTF8 (RFC
  /// 6531).
  [[nodiscard]] bool needs_smtputf8() const;
  /// All of it in one piece.
  [[nodiscard]] std::string text() const;
  /// Calls `take(lines, may_have_dots)` with each piece in order: whole lines, never empty, and whether one
  /// may begin with a dot.
  template <class Take>
  void pieces(Take&& take) const {
    const std::string_view own = bytes;
    std::size_t at = 0;
    for (const auto& splice : splices) {
      if (splice.before > at) take(own.substr(at, splice.before - at), true);
      at = splice.before;
      if (splice.lines->size() > 0) take(splice.lines->text(), splice.lines->has_dots());
    }
    if (at < own.size()) take(own.substr(at), true);
  }

  /// Whether both send the same octets.
  bool operator==(const Message& other) const;
};

/// The personal part of a message; everything else is the same for a whole segment.
struct Reader {
  SubscriberId subscriber = {};
  std::string address = {};
  std::string name = {};                ///< may be empty
  std::string unsubscribe_url = {};     ///< https (http for a loopback rehearsal), < 200 characters, ASCII
  std::string unsubscribe_mailto = {};  ///< "mailto:..." or empty
  std::string preferences_url = {};     ///< may be empty
  std::string view_url = {};            ///< may be empty
  std::string envelope_from = {};       ///< VERP
  /// Name and value of the publisher's own fields; those that are missing are empty.
  std::vector<std::pair<std::string, std::string>> fields = {};
};

}  // namespace tidings::message
