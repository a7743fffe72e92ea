// A database with sources, posts and readers for the tests of this room, written past the tables that own
// them, and the composing of one edition as a job does it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "digest/carry_over.hpp"
#include "digest/edition_table.hpp"
#include "digest/segment.hpp"
#include "support/store.hpp"

namespace tidings::digest::test {

struct PostInput {
  std::int64_t source = 1;
  std::optional<UtcTime> published{};
  UtcTime first_seen{};
  std::string link_key{};
  std::string title_key{};
  std::vector<std::string> tags{};
  bool hidden = false;
  bool first_reading = false;  ///< of its source; else it was read an hour before, and did not show the post
};

struct Shop {
  store::Database database = *test_store::open();
  EditionTable table{database};
  std::int64_t next_id = 1;

  Shop() {
    REQUIRE(
        database.execute("INSERT INTO sources (id, name, url) VALUES (1, 'harbour', 'u'), (2, 'town', 'v'), "
                         "(3, 'club', 'w')"));
  }

  PostId post(const PostInput& input) {
    const PostId id{next_id++};
    auto row = database.prepare(R"(
      INSERT INTO posts (id, source_id, identity, link, link_key, title, title_key, author, published_ms, first_seen_ms,
                         image_url, image_alt, html, summary_html, language, content_hash, hidden)
      VALUES (:id, :source, :identity, '', :link_key, :title, :title_key, '', :published, :seen, '', '', '', '', '', '', :hidden))");
    row.bind(":id", id).bind(":source", input.source).bind(":identity", std::to_string(id.value));
    row.bind(":link_key", input.link_key)
        .bind(":title_key", input.title_key)
        .bind(":title", "Post " + std::to_string(id.value));
    row.bind(":published", input.published)
        .bind(":seen", input.first_seen)
        .bind(":hidden", input.hidden ? 1 : 0);
    REQUIRE(row.run());
    auto sight = database.prepare(
        "INSERT INTO post_sights (post_id, read_before_ms, place) VALUES (:id, :before, :id)");
    sight.bind(":id", id).bind(":before", input.first_reading
                                              ? std::nullopt
                                              : std::optional{input.first_seen - std::chrono::hours{1}});
    REQUIRE(sight.run());
    for (const auto& tag : input.tags) {
      auto tagged = database.prepare("INSERT INTO post_tags (post_id, tag) VALUES (:post, :tag)");
      REQUIRE(tagged.bind(":post", id).bind(":tag", tag).run());
    }
    return id;
  }

  SubscriberId reader() {
    const SubscriberId id{next_id++};
    auto row = database.prepare(R"(
      INSERT INTO subscribers (id, address, address_key, name, language, created_ms) VALUES (:id, '', :key, '', '', 0))");
    REQUIRE(row.bind(":id", id).bind(":key", std::to_string(id.value)).run());
    return id;
  }

  void subscription(SubscriberId reader, std::string_view digest, std::string_view state, UtcTime since) {
    auto row = database.prepare(R"(
      INSERT INTO subscriptions (subscriber_id, digest, state, since_ms, confirmed_ms)
      VALUES (:reader, :digest, :state, :since, CASE WHEN :state = 'confirmed' THEN :since END)
      ON CONFLICT (subscriber_id, digest) DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms,
        confirmed_ms = coalesce(excluded.confirmed_ms, subscriptions.confirmed_ms))");
    REQUIRE(row.bind(":reader", reader)
                .bind(":digest", digest)
                .bind(":state", state)
                .bind(":since", since)
                .run());
  }

  void join(SubscriberId reader, std::string_view digest, UtcTime at) {
    subscription(reader, digest, "confirmed", at);
  }
  void leave(SubscriberId reader, std::string_view digest, UtcTime at) {
    subscription(reader, digest, "withdrawn", at);
  }

  bool change(SubscriberId reader, std::string_view from, std::string_view to, UtcTime at) {
    leave(reader, from, at);
    join(reader, to, at);
    return *record_change(database, reader, from, to);
  }

  /// Seals what was selected and plans the deliveries of everybody who is confirmed; returns the segments
  /// made.
  std::size_t seal(const NewEdition& edition, const Selection& selection, const SelectOptions& options,
                   const std::map<SubscriberId, std::vector<std::string>>& topics = {}) {
    auto transaction = database.begin();
    REQUIRE(transaction);
    auto carry = *CarryOver::open(database, edition.digest, selection.posts, options);
    last = *table.insert(edition, selection, edition.cut - std::chrono::milliseconds{1});
    Segmenter segmenter{carry.segment_posts()};
    std::vector<SegmentId> segments;
    for (const auto reader : confirmed(edition.digest)) {
      const auto wanted = topics.contains(reader) ? topics.at(reader) : std::vector<std::string>{};
      const auto owed = *carry.owed(reader);
      const auto index = owed ? segmenter.place_only("en", wanted, *owed) : segmenter.place("en", wanted);
      if (!index) continue;
      if (*index == segments.size()) {
        segments.push_back(*table.add_segment(last, "en", segmenter.segments()[*index].posts));
      }
      auto row = database.prepare(
          "INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state) VALUES (:edition, :reader, "
          ":segment, 1)");
      REQUIRE(row.bind(":edition", last).bind(":reader", reader).bind(":segment", segments[*index]).run());
    }
    REQUIRE(carry.settle(edition.period, selection));
    REQUIRE(transaction->commit());
    return segments.size();
  }

  /// Sends what is planned; who has left the digest since is suppressed, as the ledger does.
  void deliver() {
    auto send = database.prepare(R"(
      UPDATE deliveries SET state = CASE WHEN EXISTS (
          SELECT 1 FROM subscriptions s JOIN editions e ON e.id = deliveries.edition_id
          WHERE s.subscriber_id = deliveries.subscriber_id AND s.digest = e.digest AND s.state = 'confirmed') THEN 5 ELSE 7 END
      WHERE edition_id > :delivered AND state = 1)");
    REQUIRE(send.bind(":delivered", delivered).run());
    delivered = last;
  }

  std::vector<SubscriberId> confirmed(std::string_view digest) {
    auto rows = database.prepare(
        "SELECT subscriber_id FROM subscriptions WHERE digest = :digest AND state = 'confirmed' ORDER BY "
        "subscriber_id");
    rows.bind(":digest", digest);
    std::vector<SubscriberId> out;
    while (*rows.step()) out.push_back(rows.id<SubscriberId>(0));
    return out;
  }

  /// Every post that has left for a reader, once for each time, oldest edition first.
  std::vector<std::int64_t> received(SubscriberId reader) {
    auto rows = database.prepare(R"(
      SELECT g.posts FROM deliveries d JOIN segments g ON g.id = d.segment_id
      WHERE d.subscriber_id = :reader AND d.state = 5 ORDER BY d.edition_id)");
    rows.bind(":reader", reader);
    std::vector<std::int64_t> out;
    while (*rows.step()) {
      for (const auto id : ids_of(rows.view(0))) out.push_back(id.value);
    }
    return out;
  }

  EditionId last;
  EditionId delivered;
};

}  // namespace tidings::digest::test
