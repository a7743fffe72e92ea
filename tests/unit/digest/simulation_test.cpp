// A year of three digests in one zone: posts of every awkward kind, outages, readers who come, go and change
// digests. What was sent is compared with an oracle that shares no code with the room: it finds the runs by
// walking the clock in steps of ten minutes, and the editions by scanning all posts at each job.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <random>
#include <set>

#include "digest/period.hpp"
#include "unit/digest/shop.hpp"

using namespace tidings;
using namespace tidings::digest;
using namespace std::chrono;
using tidings::digest::test::PostInput;

namespace {

struct DigestPlan {
  std::string name;
  Schedule schedule;
  minutes wall;  // the oracle's own reading of the schedule
  std::function<bool(year_month_day, weekday)> day;
};

/// One or more posts that are the same text.
struct Article {
  std::vector<PostInput> posts;  // first_seen is when it shows up at the source; the run decides the real one
  std::string topic;
  bool fresh = false;  // undated, dated in the future, or published less than 12 hours before it shows up
};

struct Stored {
  PostId id;
  std::size_t article = 0;
  std::optional<UtcTime> published;
  UtcTime first_seen{};
  bool first_reading = false;

  [[nodiscard]] bool dated() const { return published && *published <= first_seen; }
};

struct Reader {
  SubscriberId id;
  std::vector<std::string> topics;
  std::string digest;  // empty: none
  UtcTime since{};     // without a break
  UtcTime left{};
};

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n));
  }
  bool one_in(std::int64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

std::vector<Article> make_articles(Random& random, UtcTime begin, UtcTime end) {
  std::vector<Article> out;
  for (auto t = begin; t < end; t += minutes{random.below(14 * 60)}) {
    const auto name = std::to_string(out.size());
    Article article;
    article.topic = random.one_in(4) ? "" : std::string(1, static_cast<char>('a' + random.below(3)));
    PostInput post{.source = 1 + random.below(3),
                   .published = t - minutes{random.below(30)},
                   .first_seen = t,
                   .link_key = "example.org/" + name};
    if (!article.topic.empty()) post.tags = {article.topic};
    article.fresh = true;
    const auto kind = random.below(10);
    if (kind == 0) post.published = t - hours{random.below(12)};
    if (kind == 1) post.published.reset();
    if (kind == 2) post.published = t + hours{1 + random.below(300 * 24)};
    if (kind == 3) {
      post.published = t - days{2 + random.below(400)};
      article.fresh = false;
    }
    if (kind == 4 && !out.empty()) {
      post.published = out.back().posts[0].published;
      article.fresh = post.published && t - *post.published < hours{12};
    }
    article.posts.push_back(post);
    if (kind == 5 || kind == 6) {  // elsewhere, by link, up to ten days later
      post.source = post.source % 3 + 1;
      post.first_seen = t + hours{random.below(240)};
      article.posts.push_back(post);
    }
    if (kind == 7) {  // elsewhere at the same time, under another link
      article.posts[0].title_key = post.title_key = "the long title of article " + name;
      post.source = post.source % 3 + 1;
      post.link_key = "elsewhere.example/" + name;
      article.posts.push_back(post);
    }
    out.push_back(article);
  }
  return out;
}

class Simulation {
 public:
  Simulation(const char* zone_name, minutes daily_wall, unsigned seed)
      : zone_(*Zone::find(zone_name)),
        random_(seed),
        begin_(*parse_rfc3339("2026-01-20T00:00:00Z")),
        end_(begin_ + days{365}) {
    const auto hhmm = fmt_wall(daily_wall);
    digests_ = {{"daily", *parse_schedule("daily " + hhmm), daily_wall, [](auto, auto) { return true; }},
                {"weekly", *parse_schedule("weekly monday 08:00"), hours{8},
                 [](auto, weekday day) { return day == Monday; }},
                {"monthly", *parse_schedule("monthly 1 08:00"), hours{8},
                 [](year_month_day date, auto) { return date.day() == day{1}; }}};
    articles_ = make_articles(random_, begin_ - days{100}, end_ + days{75});
    for (std::size_t i = 0; i < articles_.size(); ++i) {
      for (std::size_t k = 0; k < articles_[i].posts.size(); ++k)
        waiting_.emplace(articles_[i].posts[k].first_seen, std::pair{i, k});
    }
    for (int i = 0; i < 18; ++i) {
      Reader reader{
          .id = shop_.reader(), .topics = {}, .digest = "", .since = {}, .left = begin_ - days{100}};
      for (const auto* topic : {"a", "b", "c"}) {
        if (i % 3 != 0 && random_.one_in(2)) reader.topics.push_back(topic);
      }
      topics_[reader.id] = reader.topics;
      readers_.push_back(reader);
    }
    walk_the_clock();
    const std::vector<std::string> names{"daily", "weekly", "monthly"};
    REQUIRE(shop_.table.meet(names, begin_));
  }

  void run() {
    auto now = begin_;
    while (now < end_) {
      job(now);
      for (auto& reader : readers_) live(reader, now);
      now += minutes{30 + random_.below(8 * 60)};
      if (random_.one_in(150)) now += hours{random_.below(25 * 24)};
    }
    steady_until_ = now;
    for (; now < steady_until_ + days{45};
         now += hours{12}) {  // the year is over: everything still owed goes out
      job(now);
      shop_.deliver();
    }
    shop_.deliver();
  }

  // ---- what must be true ----

  void check_editions() {
    for (const auto& digest : digests_) {
      auto list = *shop_.table.list(digest.name, 10'000);
      std::erase_if(
          list, [](const EditionSummary& summary) { return summary.edition.state == EditionState::skipped; });
      std::reverse(list.begin(), list.end());
      const auto& want = oracle_.at(digest.name);
      CAPTURE(digest.name);
      REQUIRE(list.size() == want.size());
      for (std::size_t i = 0; i < list.size(); ++i) {
        std::multiset<std::size_t> got;
        const auto shown = *shop_.table.posts_of(list[i].edition.id);
        for (const auto id : shown) got.insert(article_of_.at(id));
        CAPTURE(format_rfc3339(list[i].edition.scheduled));
        CHECK(list[i].edition.scheduled == want[i].scheduled);
        CHECK(list[i].edition.period.from == want[i].from);
        CHECK(got == want[i].articles);
      }
    }
  }

  void check_readers() {
    for (const auto& reader : readers_) {
      std::map<std::size_t, int> times;
      for (const auto id : shop_.received(reader.id)) ++times[article_of_.at({id})];
      for (const auto& [article, count] : times) {
        CAPTURE(article);
        CHECK_MESSAGE(count == 1, "nothing comes twice");
        CHECK(wants(reader, articles_[article]));
      }
      if (reader.digest.empty()) continue;
      for (const auto& [article, seen] : first_seen_) {
        // Only the first reading asks for the age.
        if ((seen == begin_ && !articles_[article].fresh) || !wants(reader, articles_[article])) continue;
        if (seen <= reader.since || seen >= steady_until_) continue;
        CAPTURE(article);
        CAPTURE(reader.digest);
        CAPTURE(format_rfc3339(seen));
        CHECK_MESSAGE(times[article] == 1, "nothing is missed");
      }
    }
    CHECK(changes_ > 50);
  }

 private:
  struct OracleEdition {
    UtcTime scheduled{};
    UtcTime from{};
    std::multiset<std::size_t> articles;
  };
  struct OracleState {
    std::optional<UtcTime> covered;
    UtcTime origin_from{};
    std::set<std::size_t> shown;
  };

  static std::string fmt_wall(minutes wall) {
    const auto two = [](std::int64_t n) { return std::string{n < 10 ? "0" : ""} + std::to_string(n); };
    return two(wall.count() / 60) + ":" + two(wall.count() % 60);
  }

  static bool wants(const Reader& reader, const Article& article) {
    return reader.topics.empty() ||
           std::find(reader.topics.begin(), reader.topics.end(), article.topic) != reader.topics.end();
  }

  /// The first instant of each day, in steps of ten minutes, at which the wall clock has reached the time of
  /// the schedule.
  void walk_the_clock() {
    std::map<std::string, year_month_day> done;
    for (auto t = begin_ - days{100}; t < end_ + days{90}; t += minutes{10}) {
      const auto local = zone_.to_local(t);
      const auto day = floor<days>(local);
      const year_month_day date{day};
      for (const auto& digest : digests_) {
        if (local - day < digest.wall || done[digest.name] == date) continue;
        done[digest.name] = date;
        if (digest.day(date, weekday{day})) runs_[digest.name].push_back(t);
      }
    }
  }

  void job(UtcTime now) {
    if (now == begin_ || !random_.one_in(30)) collect(now);
    for (const auto& digest : digests_) {
      compose(digest, now);
      consult_oracle(digest, now);
    }
    if (!random_.one_in(6)) shop_.deliver();
  }

  void collect(UtcTime now) {
    for (; !waiting_.empty() && waiting_.begin()->first <= now; waiting_.erase(waiting_.begin())) {
      const auto article = waiting_.begin()->second.first;
      auto post = articles_[article].posts[waiting_.begin()->second.second];
      post.first_seen = now;
      post.first_reading = now == begin_;
      const auto id = shop_.post(post);
      article_of_[id] = article;
      stored_.push_back({id, article, post.published, now, now == begin_});
      first_seen_.try_emplace(article, now);
    }
    // An edit, of something that every digest has had: it must not come again.
    if (!stored_.empty() && random_.one_in(20)) {
      auto& post =
          stored_[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(stored_.size())))];
      if (!articles_[post.article].fresh || post.first_seen == begin_ || now - post.first_seen < days{90})
        return;
      auto edit = shop_.database.prepare(
          "UPDATE posts SET title = 'edited', published_ms = :now, updated_ms = :now WHERE id = :id");
      REQUIRE(edit.bind(":now", now).bind(":id", post.id).run());
      post.published = now;
    }
  }

  void compose(const DigestPlan& digest, UtcTime now) {
    const auto history = *shop_.table.history(digest.name);
    const auto plan = due_plan(digest.schedule, zone_, history, now);
    if (!plan) return;
    const auto bounds = EditionTable::bounds(*plan, history, now + milliseconds{1});
    SelectOptions options;
    options.same_text = [](PostId, PostId) { return true; };
    const auto selection =
        select(shop_.table.candidates(digest.name, options, bounds)->candidates, options, bounds);
    const NewEdition edition{.digest = digest.name,
                             .scheduled = plan->scheduled,
                             .period = plan->period,
                             .cut = bounds.cut,
                             .title = "",
                             .reason = selection.skipped};
    if (!selection.skipped.empty()) {
      REQUIRE(shop_.table.record_skipped(edition, now));
      return;
    }
    const auto segments = shop_.seal(edition, selection, options, topics_);
    REQUIRE(segments <= readers_.size());
  }

  void consult_oracle(const DigestPlan& digest, UtcTime now) {
    auto& state = oracle_state_[digest.name];
    const auto& runs = runs_[digest.name];
    std::size_t newest = 0;
    while (newest + 1 < runs.size() && runs[newest + 1] <= now) ++newest;
    const auto run = runs[newest];
    if (state.covered && *state.covered >= run) return;
    std::size_t owed = 0;  // the first run after the digest was known
    while (runs[owed] < begin_) ++owed;
    if (newest < owed) return;
    if (!state.covered) state.origin_from = runs[owed - 1];
    OracleEdition edition{
        .scheduled = run, .from = state.covered.value_or(state.origin_from), .articles = {}};
    for (const auto& post : stored_) {
      // One period back from the first edition, which is the first that has to judge a first reading.
      if (post.first_reading && post.dated() && *post.published < state.origin_from) continue;
      if (state.shown.insert(post.article).second) edition.articles.insert(post.article);
    }
    state.covered = run;
    if (edition.articles.empty()) return;
    oracle_[digest.name].push_back(edition);
  }

  void live(Reader& reader, UtcTime now) {
    if (reader.digest.empty()) {
      if (now - reader.left < days{70} || !random_.one_in(30)) return;
      reader.digest = digests_[static_cast<std::size_t>(random_.below(3))].name;
      reader.since = now;
      shop_.join(reader.id, reader.digest, now);
    } else if (random_.one_in(400)) {
      shop_.leave(reader.id, reader.digest, now);
      reader.digest.clear();
      reader.left = now;
    } else if (random_.one_in(60)) {
      const auto to = digests_[static_cast<std::size_t>(random_.below(3))].name;
      if (to == reader.digest) return;
      REQUIRE(shop_.change(reader.id, reader.digest, to, now));
      reader.digest = to;
      ++changes_;
    }
  }

  Zone zone_;
  Random random_;
  UtcTime begin_;
  UtcTime end_;
  UtcTime steady_until_{};
  test::Shop shop_;
  std::vector<DigestPlan> digests_;
  std::vector<Article> articles_;
  std::vector<Reader> readers_;
  std::map<SubscriberId, std::vector<std::string>> topics_;
  std::multimap<UtcTime, std::pair<std::size_t, std::size_t>>
      waiting_;  // when it shows up -> article and which of its posts
  std::map<PostId, std::size_t> article_of_;
  std::map<std::size_t, UtcTime> first_seen_;
  std::vector<Stored> stored_;
  int changes_ = 0;

  std::map<std::string, std::vector<UtcTime>> runs_;
  std::map<std::string, OracleState> oracle_state_;
  std::map<std::string, std::vector<OracleEdition>> oracle_;
};

void simulate(const char* zone, minutes daily, unsigned seed) {
  CAPTURE(zone);
  CAPTURE(seed);
  Simulation simulation{zone, daily, seed};
  simulation.run();
  simulation.check_editions();
  simulation.check_readers();
}

}  // namespace

TEST_CASE("digest: a year in Athens, every post reaches every entitled reader exactly once") {
  simulate("Europe/Athens", hours{3} + minutes{30}, 1);
}

TEST_CASE("digest: a year in New York, every post reaches every entitled reader exactly once") {
  simulate("America/New_York", hours{2} + minutes{30}, 2);
}

/// The long form: TIDINGS_SIMULATIONS=200 build/release/unit_digest -tc="*more years*"
TEST_CASE("digest: more years in the three zones, as many as are asked for") {
  const auto* const wanted = std::getenv("TIDINGS_SIMULATIONS");
  const auto years = wanted == nullptr ? 0U : static_cast<unsigned>(std::atoi(wanted));
  for (unsigned seed = 100; seed < 100 + years; ++seed) {
    if (seed % 3 == 0) simulate("Europe/Athens", hours{3} + minutes{30}, seed);
    if (seed % 3 == 1) simulate("America/New_York", hours{2} + minutes{30}, seed);
    if (seed % 3 == 2) simulate("Australia/Lord_Howe", hours{2} + minutes{10}, seed);
  }
}

TEST_CASE("digest: a year on Lord Howe Island, where clocks move by half an hour") {
  simulate("Australia/Lord_Howe", hours{2} + minutes{10}, 3);
}
