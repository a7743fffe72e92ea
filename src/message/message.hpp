// Nouns of the message room: what a finished mail is, and what in it is personal.
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

/// What lines may hold besides ASCII: a header that goes by SMTPUTF8 has UTF-8 (RFC 6532 section 3.2).
enum class Octets { ascii, utf8 };

/// Empty if `bytes` are whole lines as they cross the wire, or nothing (RFC 5321 sections 2.3.8, 4.5.3.1.6):
/// no NUL, CRLF line ends only, no line over 998 octets. Else what is wrong.
[[nodiscard]] std::string unsound_lines(std::string_view bytes, Octets octets = Octets::ascii);

/// Such lines that many messages share: looked at once, when they are made, and constant.
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

/// One finished mail and its envelope. Its octets are sound lines: some are its own, some it shares with
/// others, so that a mail of 30 KB and its pictures need neither be copied nor kept for each reader. What
/// leaves is pieces(), but for dot-stuffing.
struct Message {
  struct Splice {
    std::size_t before = 0;  ///< octet of `bytes`, the beginning of a line or the end
    const SharedLines* lines = nullptr;
  };

  std::string envelope_from = {};  ///< addr-spec without angle brackets; empty is the null reverse path
  std::string envelope_to = {};
  std::string bytes = {};                   ///< its own; all of it if there are no splices
  std::vector<Splice> splices = {};         ///< ascending
  std::shared_ptr<const void> keeper = {};  ///< keeps alive what the splices point at

  [[nodiscard]] std::size_t size_bytes() const;
  /// Whether an address of its envelope is outside ASCII: then its header is, too, and it goes by SMTPUTF8 or
  /// not at all (RFC 6531).
  [[nodiscard]] bool needs_smtputf8() const;
  /// All of it in one piece.
  [[nodiscard]] std::string text() const;
  /// Calls `take(lines, may_have_dots)` with each stretch in order: whole lines, never empty, and whether one
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

  /// Whether the same leaves.
  bool operator==(const Message& other) const;
};

/// The reader's part of a message; all else is the same for a whole segment.
struct Reader {
  SubscriberId subscriber = {};
  std::string address = {};
  std::string name = {};                ///< may be empty
  std::string unsubscribe_url = {};     ///< https (http for a loopback rehearsal), < 200 characters, ASCII
  std::string unsubscribe_mailto = {};  ///< "mailto:..." or empty
  std::string preferences_url = {};     ///< may be empty
  std::string view_url = {};            ///< may be empty
  std::string envelope_from = {};       ///< VERP
};

}  // namespace tidings::message
