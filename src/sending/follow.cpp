#include "sending/follow.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "delivery/journal.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "store/sender_lock.hpp"

namespace tidings::sending {
namespace {

using namespace std::chrono_literals;

constexpr auto poll_pause = 1000ms;
constexpr auto trouble_pause = 10s;
constexpr std::size_t longest_name = 40;
constexpr int most_numbers = 1000;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// The name and the lock that guards it; none in a file, where the sender's lock does.
struct Place {
  std::string name;
  std::optional<store::SenderLock> lock;
};

Result<Place> take_place(const config::Context& context, const std::string& wanted) {
  if (!wanted.empty() && !is_name(wanted)) {
    return fail(Errc::usage, fmt::format("\"{}\" is not a worker's name", clean_utf8(wanted)),
                "a-z, 0-9, - and _, at most 40 characters");
  }
  Place place{.name = wanted, .lock = {}};
  if (!context.database.place().server) return place;
  for (int number = 1;; ++number) {
    if (wanted.empty()) place.name = std::to_string(number);
    auto lock = store::SenderLock::take(delivery::worker_journal(context.database.path(), place.name),
                                        "deliver --follow", context.config.newsletter.zone);
    if (lock) {
      place.lock.emplace(*std::move(lock));
      return place;
    }
    const bool is_taken = lock.error().code == Errc::try_again;
    if (!wanted.empty() || !is_taken || number == most_numbers)
      return tl::unexpected<Error>(std::move(lock).error());
  }
}

bool is_news(const DeliverReport& report) {
  return std::ranges::any_of(report.editions, [](const DeliveredEdition& each) {
    return each.run.settled() > 0 || each.run.suppressed > 0 || each.run.late > 0 ||
           each.run.end == delivery::RunEnd::relay_trouble;
  });
}

class Follower {
 public:
  Follower(const config::Context& context, FollowOptions options, const delivery::StopFlag& stop)
      : context_(context), options_(std::move(options)), stop_(stop) {}

  Result<void> run() {
    TIDINGS_LET(const auto place, take_place(context_, options_.name));
    if (place.lock) {
      options_.deliver.worker =
          delivery::Worker{.owner = delivery::owner_of("worker-" + place.name),
                           .journal = delivery::worker_journal(context_.database.path(), place.name),
                           .lease = std::chrono::milliseconds{context_.config.delivery.lease}};
      share_.emplace(context_.database, options_.deliver.worker->owner);
      options_.deliver.share = &*share_;
    }
    if (options_.on_start) options_.on_start(place.name);
    while (!stop_.load()) {
      auto report = pass();
      if (report && options_.on_pass && is_news(*report)) options_.on_pass(*report);
      if (!report) tell(report.error());
      if (report) told_.clear();
      wait(pause_after(report));
    }
    // What has no heartbeat any more is forgotten as well.
    if (share_) [[maybe_unused]]
      const auto left = share_->leave();
    return {};
  }

 private:
  Result<DeliverReport> pass() {
    if (share_) {
      TIDINGS_TRY(share_->waiting());
      return deliver(context_, options_.deliver, stop_);
    }
    TIDINGS_LET(const bool has_work, is_anything_due());
    if (!has_work) return DeliverReport{};
    auto lock =
        store::SenderLock::take(context_.database, "deliver --follow", context_.config.newsletter.zone);
    // Whoever sends now sends what is due.
    if (!lock && lock.error().code == Errc::try_again) return DeliverReport{};
    if (!lock) return tl::unexpected<Error>(std::move(lock).error());
    return deliver(context_, options_.deliver, stop_);
  }

  Result<bool> is_anything_due() {
    TIDINGS_LET(const auto editions, digest::EditionTable(context_.database).unfinished());
    delivery::Ledger ledger{context_.database, context_.clock};
    ledger.leave_later_than(context_.config.delivery.max_lateness);
    for (const auto& edition : editions) {
      TIDINGS_LET(const bool has_work, ledger.has_work(edition.id));
      if (has_work &&
          (options_.deliver.even_late || !is_held(context_.config, edition, context_.clock.now())))
        return true;
    }
    return false;
  }

  /// Once, however often it is met.
  void tell(const Error& error) {
    if (error.what == told_) return;
    told_ = error.what;
    if (options_.on_error) options_.on_error(error);
  }

  [[nodiscard]] std::chrono::milliseconds pause_after(const Result<DeliverReport>& report) const {
    if (!report) return poll_pause;
    const bool late =
        std::ranges::any_of(report->editions, [](const auto& each) { return each.run.late > 0; });
    if (late) return 0ms;
    const auto* const run = report->trouble();
    if (run == nullptr) return poll_pause;
    if (!run->resumes) return trouble_pause;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(*run->resumes - context_.clock.now());
    return std::clamp<std::chrono::milliseconds>(left, poll_pause, 10min);
  }

  void wait(std::chrono::milliseconds pause) {
    const auto until = std::chrono::steady_clock::now() + pause;
    while (!stop_.load() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(50ms);
  }

  const config::Context context_;
  FollowOptions options_;
  const delivery::StopFlag& stop_;
  std::string told_;
  std::optional<delivery::Share> share_;  ///< on a server
};

}  // namespace

Result<void> follow(const config::Context& context, FollowOptions options, const delivery::StopFlag& stop) {
  return Follower{context, std::move(options), stop}.run();
}

}  // namespace tidings::sending
