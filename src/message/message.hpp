// Nouns of the message room: what a finished mail is, and what in it is personal.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace tidings::message {

/// One finished mail and its envelope. `bytes` are the octets that leave, but for dot-stuffing: 7-bit, CRLF only, no line over 998 octets,
/// ending in CRLF.
struct Letter {
  std::string envelope_from = {};  ///< addr-spec without angle brackets; empty is the null reverse path
  std::string envelope_to = {};
  std::string bytes = {};

  bool operator==(const Letter&) const = default;
};

/// The reader's part of a message; all else is the same for a whole segment.
struct Reader {
  SubscriberId subscriber = {};
  std::string address = {};
  std::string name = {};             ///< may be empty
  std::string unsubscribe_url = {};  ///< https (http for a loopback rehearsal), < 200 characters, ASCII
  std::string unsubscribe_mailto = {};  ///< "mailto:..." or empty
  std::string preferences_url = {};     ///< may be empty
  std::string view_url = {};            ///< may be empty
  std::string envelope_from = {};       ///< VERP
};

}  // namespace tidings::message
