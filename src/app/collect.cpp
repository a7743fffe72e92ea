#include "app/collect.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "app/filters.hpp"
#include "app/pages.hpp"
#include "app/read_source.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "source/event_table.hpp"
#include "source/fetch.hpp"
#include "source/source_table.hpp"

namespace tidings::app {
namespace {

/// One source during a collect.
struct Job {
  const config::SourceConfig* config = nullptr;
  source::Source source;
  std::size_t report = 0;  ///< index in CollectReport::sources
};

class Collector {
 public:
  explicit Collector(const config::Context& context)
      : context_(context),
        config_(context.config),
        sources_(context.database),
        posts_(context.database),
        clock_(context.clock),
        events_(context.database),
        pages_(fetch_options(context.config), context.config.newsletter.zone, context.clock.now()) {}

  Result<CollectReport> run(const CollectOptions& options) {
    // Posts that a clock ahead of ours has seen would wait until then.
    TIDINGS_LET(const auto ahead, posts_.count_seen_after(clock_.now() + clock_slack));
    if (ahead > 0) TIDINGS_TRY(posts_.seen_at_latest(clock_.now()));
    TIDINGS_TRY(events_.forget_before(clock_.now() - std::chrono::hours{24}));
    TIDINGS_TRY(choose(options));
    const auto local =
        std::ranges::stable_partition(jobs_, [](const Job& job) { return !is_local(*job.config); });
    asked_ = static_cast<int>(jobs_.size());
    on_progress_ = options.on_progress;
    for (const auto& job : local) {
      TIDINGS_TRY(read_local(job));
      advance();
    }
    jobs_.erase(local.begin(), local.end());
    std::vector<source::FetchRequest> requests;
    std::vector<Job> fetched;
    for (auto& job : jobs_) {
      auto request = request_for(*job.config, job.source);
      if (request) {
        TIDINGS_TRY(ask_anew_for_events(job.source.id, *request));
        requests.push_back(*std::move(request));
        fetched.push_back(std::move(job));
      } else {
        TIDINGS_TRY(store(job, {}, tl::unexpected<Error>(request.error())));
        advance();
      }
    }
    jobs_ = std::move(fetched);
    source::fetch_all(requests, fetch_options(config_),
                      [&](std::size_t index, const source::FetchResult& result) {
                        // After a failure of the store the rest is skipped: it will be fetched next time.
                        if (failure_) return;
                        const auto waiting = slow_.size();
                        if (auto done = take(jobs_[index], result); !done) failure_ = done.error();
                        if (slow_.size() == waiting) advance();
                      });
    for (auto& each : slow_) {
      if (!failure_) {
        if (auto done = store(each.job, each.fetched, std::move(each.feed)); !done) failure_ = done.error();
        advance();
      }
    }
    if (failure_) return tl::unexpected<Error>(*failure_);
    return std::move(report_);
  }

 private:
  void advance() {
    ++done_;
    if (on_progress_) on_progress_(done_, asked_);
  }

  Result<void> choose(const CollectOptions& options) {
    for (const auto& name : options.names) {
      if (config_.find_source(name) != nullptr) continue;
      std::vector<std::string> known;
      for (const auto& each : config_.sources) known.push_back(each.spec.name);
      return fail(Errc::no_input, fmt::format("there is no source \"{}\"", name), did_you_mean(name, known));
    }
    for (const auto& each : config_.sources) {
      const bool named = std::ranges::find(options.names, each.spec.name) != options.names.end();
      if (!options.names.empty() && !named) continue;
      TIDINGS_LET(auto source, sources_.ensure(each.spec));
      if (each.spec.kind == source::Kind::manual) {
        if (!named) continue;
        return fail(Errc::usage,
                    fmt::format("source \"{}\" is manual: there is nothing to collect", each.spec.name),
                    "\"tidings post add\" adds its posts");
      }
      report_.sources.push_back({.name = each.spec.name,
                                 .what = CollectedSource::What::not_due,
                                 .entries = 0,
                                 .events = 0,
                                 .left_out = 0,
                                 .dropped = 0,
                                 .counts = {},
                                 .warnings = {},
                                 .filters = {},
                                 .error = source.gone || source.error_streak > 0 ? source.last_error : ""});
      if (named || (source::is_due(source, clock_.now()) && is_time(each, source))) {
        jobs_.push_back({.config = &each, .source = std::move(source), .report = report_.sources.size() - 1});
      }
    }
    return {};
  }

  /// A calendar that has not changed for long must be read again, since its series go on.
  Result<void> ask_anew_for_events(SourceId source, source::FetchRequest& request) {
    constexpr std::chrono::hours least_outlook{24 * 62};  // more than a [[digest.section]] looks ahead
    TIDINGS_LET(const auto until, events_.known_until(source));
    if (!until || *until > clock_.now() + least_outlook) return {};
    request.etag.clear();
    request.last_modified.clear();
    return {};
  }

  Result<void> store_events(SourceId source, const source::Feed& feed) {
    TIDINGS_TRY(events_.replace(source, "", feed.events, feed.events_until));
    for (const auto& entry : feed.entries) {
      if (entry.from_page && !entry.link.empty())
        TIDINGS_TRY(events_.replace(source, entry.link, entry.from_page->events));
    }
    return {};
  }

  /// Whether its interval has passed. Runs of cron are never exactly an hour apart.
  [[nodiscard]] bool is_time(const config::SourceConfig& config, const source::Source& source) const {
    if (!config.interval || !source.last_good || *source.last_good > clock_.now()) return true;
    constexpr std::chrono::milliseconds most_slack = std::chrono::minutes{5};
    return clock_.now() - *source.last_good + std::min(*config.interval / 10, most_slack) >= *config.interval;
  }

  Result<void> take(const Job& job, const source::FetchResult& result) {
    auto& report = report_.sources[job.report];
    if (const auto* const failed = std::get_if<source::FetchFailure>(&result)) {
      report.what = CollectedSource::What::failed;
      report.error = failed->what;
      return sources_.failed(job.source.id, *failed, clock_.now());
    }
    if (const auto* const same = std::get_if<source::NotModified>(&result)) {
      report.what = CollectedSource::What::not_modified;
      return sources_.not_modified(job.source.id, *same, clock_.now());
    }
    const auto& fetched = std::get<source::Fetched>(result);
    auto feed = read_fetched(config_, *job.config, fetched, clock_.now());
    if (!takes_time(*job.config)) return store(job, fetched, std::move(feed));
    // Other transfers must not run into their time limits meanwhile.
    slow_.push_back({.job = job, .fetched = fetched, .feed = std::move(feed)});
    slow_.back().fetched.bytes.clear();
    return {};
  }

  [[nodiscard]] bool takes_time(const config::SourceConfig& source) const {
    return Pages::are_wanted(source) || !config_.filters.empty();
  }

  /// The pages of what is new in the feed.
  Result<void> look_at_pages(const Job& job, source::Feed& feed, const post::NormaliseOptions& options) {
    if (!Pages::are_wanted(*job.config)) return {};
    TIDINGS_LET(const auto indices, posts_.unsettled(job.source.id, feed.entries, options));
    std::vector<source::Entry*> entries;
    for (const auto index : indices) {
      if (feed.entries[index].dropped.empty()) entries.push_back(&feed.entries[index]);
    }
    TIDINGS_LET(const auto like, request_for(*job.config, job.source));
    std::ranges::move(pages_.fill(*job.config, like, entries),
                      std::back_inserter(report_.sources[job.report].warnings));
    return {};
  }

  /// A folder has no server to ask; its files are read each time, and only changed ones cost HTML work.
  Result<void> read_local(const Job& job) {
    return store(job, source::Fetched{}, read_local_source(config_, *job.config, clock_.now()));
  }

  Result<void> store(const Job& job, const source::Fetched& fetched, Result<source::Feed> feed) {
    auto& report = report_.sources[job.report];
    if (!feed) {
      report.what = CollectedSource::What::failed;
      report.error = feed.error().line();
      return sources_.unreadable(job.source.id, feed.error(), clock_.now());
    }
    report.what = CollectedSource::What::read;
    TIDINGS_LET(const auto filtered, run_filters(context_, *job.config, *feed));
    report.filters = filtered.wrong;
    report.entries = static_cast<int>(feed->entries.size());
    report.left_out = static_cast<int>(feed->left_out);
    report.dropped = count_dropped(*feed);
    for (const auto& line : feed->broken) log::warning(fmt::format("{}: {}", job.config->spec.name, line));
    std::ranges::copy_if(feed->warnings, std::back_inserter(report.warnings), [&](const std::string& line) {
      return std::ranges::find(feed->broken, line) == feed->broken.end();
    });
    const auto options = normalise_options(*job.config, feed->language);
    TIDINGS_TRY(look_at_pages(job, *feed, options));
    TIDINGS_LET(
        report.counts,
        posts_.store({.source = job.source.id, .now = clock_.now(), .last_good = job.source.last_good},
                     feed->entries, options));
    report.events = static_cast<int>(feed->events.size());
    TIDINGS_TRY(store_events(job.source.id, *feed));
    // Only now are the validators stored: a crash before this line costs a second reading, never a post.
    if (filtered.complete) return sources_.good(job.source.id, fetched, *feed, clock_.now(), report.dropped);
    // Without validators the next answer is the whole feed, and its posts are asked about again.
    auto whole = fetched;
    whole.etag.clear();
    whole.last_modified.clear();
    return sources_.good(job.source.id, whole, *feed, clock_.now(), report.dropped);
  }

  const config::Context context_;
  const config::Config& config_;
  source::SourceTable sources_;
  post::PostTable posts_;
  const Clock& clock_;
  std::vector<Job> jobs_;
  struct SlowJob {
    Job job;
    source::Fetched fetched;
    Result<source::Feed> feed;
  };
  std::vector<SlowJob> slow_;  ///< read, but with programs to run or pages to fetch
  source::EventTable events_;
  Pages pages_;
  CollectReport report_;
  std::optional<Error> failure_;
  std::function<void(int done, int all)> on_progress_;
  int asked_ = 0;
  int done_ = 0;
};

}  // namespace

int CollectReport::added() const {
  int sum = 0;
  for (const auto& each : sources) sum += each.counts.added;
  return sum;
}

int CollectReport::failed() const {
  return static_cast<int>(std::ranges::count(sources, CollectedSource::What::failed, &CollectedSource::what));
}

Result<CollectReport> collect(const config::Context& context, const CollectOptions& options) {
  return Collector{context}.run(options);
}

}  // namespace tidings::app
