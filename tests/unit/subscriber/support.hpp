// A list in memory with a clock that stands still, for the tests of this room.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "store/database.hpp"
#include "subscriber/subscriber_table.hpp"
#include "support/store.hpp"

namespace tidings::subscriber::test {

inline MailAddress address(std::string_view text) {
  auto parsed = parse_mail_address(text);
  REQUIRE(parsed);
  return *parsed;
}

struct List {
  store::Database database = *test_store::open();
  ManualClock clock{*parse_rfc3339("2026-01-05T08:00:00Z")};
  SubscriberTable table{database, clock};
  Suppressions suppressions{database, clock};
  ConsentLog consents{database};

  AddResult add(std::string_view mail, std::vector<std::string> digests, SubscriptionState state,
                Origin origin = Origin::cli) {
    const auto result = table.add(
        {.address = address(mail), .digests = std::move(digests), .state = state, .origin = origin});
    REQUIRE(result);
    return *result;
  }

  /// "weekly=confirmed daily=pending", or "none".
  std::string states(std::string_view mail) {
    const auto found = table.find(address(mail));
    REQUIRE(found);
    if (!*found) return "none";
    std::string text;
    for (const auto& one : (*found)->subscriptions) {
      if (!text.empty()) text += ' ';
      text += one.digest + "=" + std::string{name_of(one.state)};
    }
    return text;
  }

  /// "requested/web confirmed/web"
  std::string history(SubscriberId id) {
    const auto events = consents.history(id);
    REQUIRE(events);
    std::string text;
    for (const auto& one : *events) {
      if (!text.empty()) text += ' ';
      text += std::string{name_of(one.event)} + "/" + std::string{name_of(one.origin)};
    }
    return text;
  }

  std::vector<Recipient> recipients(std::string_view digest) {
    std::vector<Recipient> all;
    REQUIRE(table.for_each_recipient(digest, [&](const Recipient& one) -> Result<void> {
      all.push_back(one);
      return {};
    }));
    return all;
  }
};

}  // namespace tidings::subscriber::test
