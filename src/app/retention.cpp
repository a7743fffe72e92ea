#include "app/retention.hpp"
#include "app/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "base/stopwatch.hpp"
#include "bounce/bounce_table.hpp"
#include "delivery/delivery_sums.hpp"
#include "digest/body_table.hpp"
#include "digest/edition_history.hpp"
#include "digest/edition_table.hpp"
#include "edition/compose.hpp"
#include "edition/selection.hpp"
#include "post/picture_table.hpp"
#include "post/post_retention.hpp"
#include "returns/mailbox.hpp"
#include "sending/clock_guard.hpp"
#include "store/instance.hpp"
#include "subscriber/consent.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::app {
namespace {

using namespace std::chrono_literals;
using Time = config::RetentionConfig::Time;

constexpr std::string_view pruned_fact = "pruned_ms";
constexpr auto compress_after = std::chrono::milliseconds{24h};
constexpr auto once_in = 20h;  // a daily run may come a little early
constexpr auto longest_gap = std::chrono::milliseconds{24h * 8};
constexpr int rows_at_once = 5000;
constexpr int posts_at_once = 200;
constexpr int least_sharing = 10;  // addresses of a domain whose name is kept

std::int64_t size_of(const store::Database& database) {
  std::error_code unknown;
  const auto size = std::filesystem::file_size(database.path(), unknown);
  return unknown ? 0 : static_cast<std::int64_t>(size);
}

class Pruner {
 public:
  Pruner(const config::Context& context, std::chrono::milliseconds budget, const delivery::StopFlag& stop)
      : context_(context),
        database_(context.database),
        keep_(context.config.keep),
        now_(context.clock.now()),
        budget_(budget),
        stop_(stop),
        bodies_(context.database),
        history_(context.database),
        sums_(context.database, context.clock) {}

  Result<Pruned> run() {
    const auto size = size_of(database_);
    TIDINGS_TRY(editions());
    if (keep_.posts) TIDINGS_TRY(posts(now_ - *keep_.posts));
    if (keep_.log) TIDINGS_TRY(log(now_ - *keep_.log));
    TIDINGS_TRY(database_.give_back([this] { return is_over(); }));
    if (!result_.is_nothing()) {
      // Now, while it is small; if somebody reads, the next checkpoint does it.
      const auto emptied = database_.empty_log();
      if (!emptied && emptied.error().code != Errc::try_again) return tl::unexpected<Error>(emptied.error());
    }
    result_.freed_bytes = std::max<std::int64_t>(0, size - size_of(database_));
    TIDINGS_LET(result_.spare_bytes, database_.free_bytes());
    result_.is_done = !is_over();
    return std::move(result_);
  }

  Result<Pruned> look() {
    TIDINGS_LET(const auto finished, history_.finished_before(now_ - compress_after));
    for (const auto& edition : finished) {
      TIDINGS_LET(const auto due, due_of(edition));
      const auto name = digest::name_of(edition);
      if (due.compress) result_.compressed.push_back(name);
      if (due.drop) result_.dropped.push_back(name);
      if (due.sum) result_.summed.push_back(name);
    }
    TIDINGS_LET(result_.spare_bytes, database_.free_bytes());
    return std::move(result_);
  }

 private:
  struct Due {
    bool compress = false;
    bool drop = false;
    bool sum = false;
  };

  [[nodiscard]] bool is_over() const { return stop_ || watch_.elapsed() >= budget_; }
  [[nodiscard]] bool is_older(const digest::Edition& edition, const Time& keep) const {
    return keep && edition.finished && *edition.finished < now_ - *keep;
  }

  /// Nothing while a delivery of it is open or in doubt.
  Result<Due> due_of(const digest::Edition& edition) {
    Due due;
    TIDINGS_LET(const bool is_final, sums_.is_final(edition.id));
    if (!is_final) return due;
    TIDINGS_LET(const bool has_bodies, bodies_.has_bodies(edition.id));
    if (has_bodies) {
      // What refers to a delivery cannot outlive it.
      due.drop = is_older(edition, keep_.bodies) || is_older(edition, keep_.deliveries);
      if (!due.drop) {
        TIDINGS_LET(due.compress, bodies_.has_parts(edition.id));
      }
    }
    if (is_older(edition, keep_.deliveries)) {
      TIDINGS_LET(const bool has_rows, sums_.has_rows(edition.id));
      TIDINGS_LET(const bool has_segments, history_.has_segments(edition.id));
      due.sum = has_rows || has_segments;
    }
    return due;
  }

  Result<void> editions() {
    TIDINGS_LET(const auto finished, history_.finished_before(now_ - compress_after));
    for (const auto& edition : finished) {
      if (is_over()) return {};
      TIDINGS_LET(const auto due, due_of(edition));
      if (due.compress) TIDINGS_TRY(compress(edition));
      if (due.drop) TIDINGS_TRY(drop(edition));
      if (due.sum) TIDINGS_TRY(add_up(edition));
    }
    return {};
  }

  Result<void> compress(const digest::Edition& edition) {
    for (bool more = true; more;) {
      if (is_over()) return {};
      TIDINGS_LET(more, bodies_.pack_some(edition.id));
    }
    TIDINGS_TRY(history_.set_packed(edition.id, now_));
    result_.compressed.push_back(digest::name_of(edition));
    return {};
  }

  Result<void> drop(const digest::Edition& edition) {
    // Noted first: from here on they are not whole.
    TIDINGS_TRY(history_.set_dropped(edition.id, now_));
    TIDINGS_TRY(history_.drop_images(edition.id));
    for (bool more = true; more;) {
      if (is_over()) return {};
      TIDINGS_LET(more, bodies_.drop_some(edition.id));
    }
    result_.dropped.push_back(digest::name_of(edition));
    return {};
  }

  Result<void> add_up(const digest::Edition& edition) {
    TIDINGS_LET(const bool has_bodies, bodies_.has_bodies(edition.id));
    if (has_bodies) return {};  // dropping them took all the time
    if (domains_.empty()) {
      TIDINGS_LET(domains_, subscriber::shared_domains(database_, least_sharing));
    }
    TIDINGS_LET(const auto left, left_because_of(edition));
    TIDINGS_TRY(sums_.begin(edition.id, left));
    for (bool more = true; more;) {
      if (is_over()) return {};
      TIDINGS_LET(const int rows, sums_.add_up(edition.id, domains_, rows_at_once));
      result_.deliveries += rows;
      more = rows > 0;
    }
    TIDINGS_TRY(history_.drop_segments(edition.id));
    result_.summed.push_back(digest::name_of(edition));
    return {};
  }

  Result<std::vector<std::pair<std::string, std::int64_t>>> left_because_of(const digest::Edition& edition) {
    if (!edition.started) return std::vector<std::pair<std::string, std::int64_t>>{};
    TIDINGS_LET(const auto until, digest::HistoryTable(database_).next_start(edition));
    return subscriber::ConsentLog(database_).left(
        {.edition = edition.id, .digest = edition.digest, .from = *edition.started, .until = until});
  }

  /// Posts that a digest still owes, whatever their age. Nothing if that cannot be told now.
  Result<std::optional<std::set<PostId>>> owed_posts() {
    std::set<PostId> owed;
    for (const auto& digest : context_.config.digests) {
      TIDINGS_LET(const auto ids, edition::owed_posts(context_, digest));
      if (!ids) return std::nullopt;
      owed.insert(ids->begin(), ids->end());
    }
    return std::optional{std::move(owed)};
  }

  Result<void> posts(UtcTime before) {
    TIDINGS_TRY(post::PictureTable(database_).forget_before(before));
    std::optional<std::set<PostId>> owed;
    for (PostId after{}; !is_over();) {
      TIDINGS_LET(auto old, post::with_old_texts(database_, before, after, posts_at_once));
      if (old.empty()) return {};
      after = old.back();
      if (!owed) {
        TIDINGS_LET(owed, owed_posts());
        if (!owed) return {};
      }
      std::erase_if(old, [&](PostId id) { return owed->contains(id); });
      TIDINGS_TRY(post::drop_texts(database_, old));
      result_.posts += static_cast<std::int64_t>(old.size());
    }
    return {};
  }

  Result<void> log(UtcTime before) {
    for (int dropped = rows_at_once; dropped == rows_at_once && !is_over();) {
      TIDINGS_LET(dropped, sums_.drop_attempts(before, rows_at_once));
      result_.attempts += dropped;
    }
    for (int dropped = rows_at_once; dropped == rows_at_once && !is_over();) {
      TIDINGS_LET(dropped, bounce::BounceTable(database_).forget_mails(before, rows_at_once));
      result_.mails += dropped;
    }
    if (!is_over()) result_.unmatched = returns::drop_unmatched_before(context_.config, before);
    return {};
  }

  const config::Context context_;
  store::Database& database_;
  const config::RetentionConfig& keep_;
  UtcTime now_;
  std::chrono::milliseconds budget_;
  const delivery::StopFlag& stop_;
  Stopwatch watch_;
  digest::BodyTable bodies_;
  digest::HistoryTable history_;
  delivery::DeliverySums sums_;
  std::set<std::string> domains_;
  Pruned result_;
};

}  // namespace

bool Pruned::is_nothing() const {
  return compressed.empty() && dropped.empty() && summed.empty() && deliveries == 0 && posts == 0 &&
         attempts == 0 && mails == 0 && unmatched == 0 && freed_bytes == 0;
}

Result<Pruned> to_prune(const config::Context& context) {
  const delivery::StopFlag never{false};
  return Pruner{context, 0ms, never}.look();
}

Result<Pruned> prune(const config::Context& context, std::chrono::milliseconds budget,
                     const delivery::StopFlag& stop) {
  return Pruner{context, budget, stop}.run();
}

Result<Pruned> prune_daily(const config::Context& context, std::chrono::milliseconds budget,
                           const delivery::StopFlag& stop) {
  const auto now = context.clock.now();
  TIDINGS_LET(const auto text, store::fact(context.database, pruned_fact));
  std::int64_t last_ms = 0;
  std::from_chars(text.data(), text.data() + text.size(), last_ms);
  const auto last = from_ms(last_ms);
  if (last <= now && now - last < once_in) return Pruned{};
  Pruned pruned;
  // A clock that was set back is no gap.
  if (last > now || now - last <= longest_gap) {
    TIDINGS_LET(pruned, prune(context, budget, stop));
  }
  TIDINGS_TRY(note_job(context, "prune", pruned.is_done ? JobEnd::good : JobEnd::bad));
  if (pruned.is_done) TIDINGS_TRY(store::set_fact(context.database, pruned_fact, std::to_string(to_ms(now))));
  return pruned;
}

}  // namespace tidings::app
