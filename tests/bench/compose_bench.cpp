// How fast an edition is sealed for a large list, beside a bare INSERT .. SELECT of the same rows:
// bench_compose [READERS]
//
// 30 posts, readers with two topics of 50 pairs and one of 4 languages, so 200 segments. Choosing the posts,
// placing every reader and planning every delivery is one transaction, as in edition/compose; rendering is
// left out (it is once a segment). One reader in a hundred has changed from the daily digest. Each
// measurement runs in a process of its own, so that its peak memory is its own.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "delivery/ledger.hpp"
#include "digest/carry_over.hpp"
#include "digest/edition_table.hpp"
#include "digest/segment.hpp"
#include "store/database.hpp"
#include "subscriber/subscriber_table.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;

namespace {

constexpr UtcTime scheduled = from_ms(1'767'600'000'000);  // 2026-01-05T08:00:00Z
constexpr auto week = std::chrono::days{7};

struct Measured {
  double seconds = 0;
  double segments = 0;
  long peak_kib = 0;
};

struct Work {
  double seconds = 0;
  double segments = 0;
};

Measured in_child(const std::function<Work()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    const Work done = work();
    const bool written = ::write(ends[1], &done, sizeof done) == sizeof done;
    ::_exit(written ? 0 : 1);
  }
  Work done;
  if (::read(ends[0], &done, sizeof done) != sizeof done) std::abort();
  rusage usage{};
  int status = 0;
  ::wait4(child, &status, 0, &usage);
  ::close(ends[0]);
  ::close(ends[1]);
  return {.seconds = done.seconds, .segments = done.segments, .peak_kib = usage.ru_maxrss};
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print("{}\n", result.error().line());
    std::_Exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The list and the posts, written table by table.
void fill(const std::filesystem::path& path, long readers) {
  auto database = must(store::Database::open(path, store::Create::yes));
  const auto numbers =
      fmt::format("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) ", readers);
  const auto run = [&](const std::string& sql) { must(database.execute(sql.c_str())); };
  run("BEGIN");
  run("INSERT INTO sources (id, name, url) VALUES (1, 'harbour', 'https://example.org/feed')");
  run("INSERT INTO subscribers (id, address, address_key, name, language, created_ms) " + numbers +
      "SELECT i, 'reader' || i || '@example.org', 'reader' || i || '@example.org', '', "
      "CASE i % 4 WHEN 0 THEN 'en' WHEN 1 THEN 'el' WHEN 2 THEN 'de' ELSE 'fr' END, 0 FROM n");
  run("INSERT INTO subscriptions (subscriber_id, digest, state, since_ms, confirmed_ms) " + numbers +
      "SELECT i, 'weekly', 'confirmed', 5, 5 FROM n");
  run("INSERT INTO subscriber_topics (subscriber_id, topic) " + numbers +
      "SELECT i, 'a' || (i / 4 % 10) FROM n UNION ALL SELECT i, 'b' || (i / 40 % 5) FROM n");
  run("INSERT INTO carry_overs (digest, subscriber_id, since_ms, served_until_ms) " + numbers +
      "SELECT 'weekly', i, 5, 5 FROM n WHERE i % 100 = 0");
  for (int i = 1; i <= 30; ++i) {
    run(
        fmt::format("INSERT INTO posts (id, source_id, identity, link, link_key, title, title_key, author, "
                    "first_seen_ms, image_url, "
                    "image_alt, html, summary_html, language, content_hash) "
                    "VALUES ({0}, 1, '{0}', '', '', 'Post {0}', '', '', {1}, '', '', '', '', '', '')",
                    i, to_ms(scheduled) - i * 3'600'000));
    run(fmt::format("INSERT INTO post_tags (post_id, tag) VALUES ({}, '{}{}')", i, i <= 20 ? "a" : "b",
                    i <= 20 ? i % 10 : i % 5));
  }
  run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}

Work seal(const std::filesystem::path& path) {
  const SystemClock clock;
  auto database = must(store::Database::open(path, store::Create::no));
  const auto start = std::chrono::steady_clock::now();
  auto transaction = must(database.begin());
  digest::EditionTable editions{database};
  delivery::Ledger ledger{database, clock};
  subscriber::SubscriberTable subscribers{database, clock};
  const digest::Plan plan{
      .scheduled = scheduled, .period = {scheduled - week, scheduled}, .nominal = week, .missed_runs = 0};
  const auto bounds =
      digest::EditionTable::bounds(plan, must(editions.history("weekly", scheduled)), scheduled);
  const digest::SelectOptions options;
  const auto weighed = must(editions.candidates("weekly", options, bounds));
  const auto selection = digest::select(weighed.candidates, options, bounds);
  auto carry = must(digest::CarryOver::open(database, "weekly", selection.posts, options));
  const auto edition = must(editions.insert({.digest = "weekly",
                                             .scheduled = scheduled,
                                             .period = plan.period,
                                             .cut = bounds.cut,
                                             .title = "Weekly",
                                             .reason = ""},
                                            selection, clock.now()));
  digest::Segmenter segmenter{carry.segment_posts()};
  std::vector<SegmentId> segments;
  std::vector<delivery::Planned> planned;
  must(subscribers.for_each_recipient("weekly", [&](const subscriber::Recipient& reader) -> Result<void> {
    TIDINGS_LET(const auto owed, carry.owed(reader.id));
    const auto index = owed ? segmenter.place_only(reader.language, reader.topics, *owed)
                            : segmenter.place(reader.language, reader.topics);
    if (!index) return {};
    if (*index == segments.size()) {
      const auto& key = segmenter.segments()[*index];
      TIDINGS_LET(const auto id, editions.add_segment(edition, key.language, key.posts));
      segments.push_back(id);
    }
    planned.push_back({.subscriber = reader.id, .segment = segments[*index]});
    if (planned.size() < 240) return {};
    TIDINGS_TRY(ledger.plan(edition, planned));
    planned.clear();
    return {};
  }));
  must(ledger.plan(edition, planned));
  must(carry.settle(plan.period, selection));
  must(transaction.commit());
  return {.seconds = seconds_since(start), .segments = static_cast<double>(segments.size())};
}

/// The very rows of deliveries, with the segment worked out beforehand.
Work insert_bare(const std::filesystem::path& path) {
  auto database = must(store::Database::open(path, store::Create::no));
  must(database.execute(
      "INSERT INTO editions (id, digest, state, scheduled_ms, from_ms, until_ms, cut_ms, title) "
      "VALUES (1, 'weekly', 'sealed', 2, 1, 2, 2, '');"
      "INSERT INTO segments (edition_id, language, posts) WITH RECURSIVE n (i) AS "
      "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT 1, i, '' FROM n"));
  const auto start = std::chrono::steady_clock::now();
  must(database.execute(
      "BEGIN IMMEDIATE; INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state) "
      "SELECT 1, subscriber_id, 1 + subscriber_id % 200, 1 FROM subscriptions "
      "WHERE digest = 'weekly' AND state = 'confirmed' ORDER BY subscriber_id; COMMIT"));
  return {.seconds = seconds_since(start), .segments = 200};
}

std::uintmax_t size_after_checkpoint(const std::filesystem::path& path) {
  {
    auto database = must(store::Database::open(path, store::Create::no));
    must(database.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  return std::filesystem::file_size(path);
}

}  // namespace

int main(int count, char** arguments) {
  const long readers = count > 1 ? std::atol(arguments[1]) : 1'000'000;
  const test::TempFolder folder;
  in_child([&] {
    fill(folder / "list.db", readers);
    return Work{};
  });
  std::filesystem::copy_file(folder / "list.db", folder / "bare.db");
  const auto before = size_after_checkpoint(folder / "list.db");
  const auto bare = in_child([&] { return insert_bare(folder / "bare.db"); });
  const auto sealed = in_child([&] { return seal(folder / "list.db"); });
  const auto bytes =
      static_cast<double>(size_after_checkpoint(folder / "list.db") - before) / static_cast<double>(readers);
  fmt::print("{} readers, {:.0f} segments\n", readers, sealed.segments);
  fmt::print("bare INSERT .. SELECT  {:6.2f} s  peak {} MB\n", bare.seconds, bare.peak_kib / 1024);
  fmt::print(
      "edition sealed         {:6.2f} s  peak {} MB  {:.1f} times as long, {:.0f} bytes on disk a delivery\n",
      sealed.seconds, sealed.peak_kib / 1024, sealed.seconds / bare.seconds, bytes);
  return 0;
}
