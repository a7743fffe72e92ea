// An SMTP relay of the simulated world (RFC 5321, 2920, 3030), with a mood.
//
// Everything that it says to a message is noted in the journal: whom for, what it answered, and whether the
// program has read the answer. Mailboxes have tempers of their own, told by the domain: see temper_of().
#pragma once

#include <memory>
#include <string>

#include "year/dice.hpp"
#include "year/network.hpp"

namespace year {

enum class Mood {
  good,
  refused,        ///< nobody listens
  lost,           ///< packets are dropped
  greets_421,     ///< asks for rest at once
  greets_554,     ///< lists us as a spammer
  shuts_421,      ///< asks for rest after some messages
  quota,          ///< our quota is used up after some messages (550 5.4.5)
  blacklist,      ///< each recipient: 554 5.7.1 blocked using a list
  odd_words,      ///< each recipient is refused in words that nobody has listed
  all_later,      ///< each recipient: 451, try later
  cut,            ///< closes at some stage of some message
  silent,         ///< says nothing more at some stage of some message
  no_chunking,    ///< announces CHUNKING and does not know BDAT
  no_pipelining,  ///< announces PIPELINING and drops what comes with a command
  drips,          ///< one octet at a time
};
inline constexpr int mood_count = 15;
[[nodiscard]] const char* name_of(Mood mood);
/// True if the whole of it is about us: no reader may be charged with anything that it says.
[[nodiscard]] bool is_about_us(Mood mood);

enum class Stage { greeting, mail, rcpt, data, body, dot, answered };

struct RelayWeather {
  Mood mood = Mood::good;
  int after = 0;  ///< messages that go well before the mood shows
  Stage stage = Stage::dot;
  bool calm = false;  ///< no mailbox is full any more
  bool pipelining = true;
  bool chunking = true;
  std::string login{};  ///< of AUTH PLAIN; empty: none is wanted
};

/// `number`: 0 or 1.
[[nodiscard]] std::unique_ptr<Peer> make_relay(int number, const RelayWeather& weather, std::uint64_t seed);

}  // namespace year
