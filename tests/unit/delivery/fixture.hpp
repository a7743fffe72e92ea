// A database with one sealed edition and readers r1@example.org, r2@..., for the tests of the delivery room.
#pragma once

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/clock.hpp"
#include "delivery/ledger.hpp"
#include "message/message.hpp"
#include "store/database.hpp"
#include "support/store.hpp"
#include "support/temp_folder.hpp"

namespace tidings::test {

inline UtcTime at_noon() { return *parse_rfc3339("2026-03-02T12:00:00Z"); }

/// Rows that other rooms would write.
inline void fill(store::Database& database, delivery::Ledger& ledger, int readers, EditionId edition = {1}) {
  REQUIRE(database.execute(fmt::format(R"sql(
    INSERT INTO editions (id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title)
      VALUES ({0}, 'weekly', {0}, 'sealed', {0}, 0, 1, 1, 'Edition {0}');
    INSERT INTO segments (id, edition_id, language, posts) VALUES ({0}, {0}, 'en', '');)sql",
                                       edition.value)
                               .c_str()));
  auto transaction = database.begin();
  REQUIRE(transaction);
  for (int i = 1; i <= readers; ++i) {
    REQUIRE(database.execute(fmt::format(R"sql(
      INSERT INTO subscribers (id, address, address_key, name, language, created_ms)
        VALUES ({0}, 'r{0}@example.org', 'r{0}@example.org', 'Reader {0}', '', 0) ON CONFLICT DO NOTHING;
      INSERT INTO subscriptions (subscriber_id, digest, state, since_ms)
        VALUES ({0}, 'weekly', 'confirmed', 0) ON CONFLICT DO NOTHING;)sql",
                                         i)
                                 .c_str()));
    REQUIRE(ledger.plan(edition, SubscriberId{i}, SegmentId{edition.value}));
  }
  REQUIRE(transaction->commit());
}

struct Book {
  TempFolder folder;
  ManualClock clock{at_noon()};
  store::Database database;
  delivery::Ledger ledger;

  explicit Book(int readers)
      : database(*store::Database::open(test_store::new_place(folder / "list.db"), store::Create::yes)),
        ledger(database, clock) {
    fill(database, ledger, readers);
  }
};

inline message::Message message_for(const delivery::Claim& claim, std::size_t body_bytes = 200) {
  message::Message message{
      .envelope_from = fmt::format("bounce+{}@news.example", claim.subscriber.value),
      .envelope_to = claim.address,
      .bytes = fmt::format("From: news@news.example\r\nTo: {}\r\nSubject: Edition {}\r\n"
                           "Message-ID: <{}.{}@news.example>\r\n\r\n.A line that begins with a dot\r\n",
                           claim.address, claim.edition.value, claim.edition.value, claim.subscriber.value)};
  while (message.bytes.size() < body_bytes)
    message.bytes += "The harbour was quiet this week, and the ferries kept their times.\r\n";
  return message;
}

inline delivery::Settled answer_to(const delivery::Claim& claim, delivery::Stage stage, int code,
                                   std::string_view text) {
  return {.claim = claim,
          .outcome = code == 0 ? delivery::no_reply(stage, text) : delivery::classify(stage, code, text),
          .relay = "relay.example:25"};
}

}  // namespace tidings::test
