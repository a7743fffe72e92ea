#include "app/doctor.hpp"

#include <algorithm>
#include <filesystem>
#include <span>

#include <unistd.h>

#include <fmt/format.h>

#include "app/dns.hpp"
#include "app/doctor_dns.hpp"
#include "app/doctor_pages.hpp"
#include "app/orphaned_digests.hpp"
#include "app/read_source.hpp"
#include "app/source_list.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/url.hpp"
#include "config/programs.hpp"
#include "config/secret.hpp"
#include "config/theme_files.hpp"
#include "delivery/ledger.hpp"
#include "delivery/relay.hpp"
#include "delivery/transport.hpp"
#include "digest/edition_table.hpp"
#include "edition/compose.hpp"
#include "edition/render.hpp"
#include "members/our_files.hpp"
#include "sending/clock_guard.hpp"
#include "sending/deliver.hpp"
#include "sending/signing.hpp"
#include "source/source_table.hpp"
#include "store/instance.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::app {
namespace {

constexpr std::int64_t edition_base_bytes = 20 << 20;
constexpr std::int64_t reader_bytes = 600;
constexpr std::chrono::hours overdue_after{1};

class Doctor {
 public:
  Doctor(const config::SharedContext& shared, store::Database* database, const DoctorOptions& options)
      : shared_(shared),
        config_(shared.config),
        database_(database),
        clock_(shared.clock),
        options_(options) {}

  Result<std::vector<Finding>> examine() {
    configuration();
    TIDINGS_TRY(database());
    TIDINGS_TRY(disk());
    files();
    TIDINGS_TRY(sources());
    for (const auto& digest : config_.digests) theme(digest);
    if (database_ != nullptr) TIDINGS_TRY(held());
    if (database_ != nullptr) TIDINGS_TRY(readiness());
    signing();
    handover();
    returned_mail();
    programs();
    templates();
    const auto unasked = findings_.size();
    relays();
    logins();
    if (options_.pages) pages();
    if (options_.dns) TIDINGS_TRY(dns());
    for (auto& each : std::span{findings_}.subspan(unasked)) each.asked = true;
    return std::move(findings_);
  }

 private:
  void add(Finding::Level level, std::string about, std::string what, std::string hint = {}) {
    findings_.push_back({.level = level,
                         .about = std::move(about),
                         .what = std::move(what),
                         .hint = std::move(hint),
                         .code = Errc::config,
                         .asked = false});
  }
  /// Trouble that may pass without a change here.
  void passing(std::string about, std::string what, std::string hint = {}) {
    add(Finding::Level::trouble, std::move(about), std::move(what), std::move(hint));
    findings_.back().code = Errc::try_again;
  }
  void good(std::string about, std::string what) {
    add(Finding::Level::good, std::move(about), std::move(what));
  }
  void note(std::string about, std::string what, std::string hint = {}) {
    add(Finding::Level::note, std::move(about), std::move(what), std::move(hint));
  }
  void trouble(std::string about, const Error& error) {
    add(Finding::Level::trouble, std::move(about), error.what, error.hint);
    if (error.code == Errc::unavailable || error.code == Errc::try_again || error.code == Errc::io)
      findings_.back().code = Errc::try_again;
  }

  void configuration() {
    good("config", fmt::format("{}: {}, {}", config_.file.string(),
                               plural(static_cast<long long>(config_.sources.size()), "source"),
                               plural(static_cast<long long>(config_.digests.size()), "digest")));
    for (const auto& warning : config_.warnings) note("config", warning);
    if (config_.sources.empty()) {
      note("config", "there is no [[source]]: no digest will ever have a post",
           "\"tidings source check https://YOUR-BLOG\" prints the block to paste");
    }
  }

  Result<void> database() {
    if (database_ == nullptr) {
      note("database", config_.store.name() + " does not exist yet",
           "\"tidings subscriber add\" or \"tidings collect\" creates it");
      return {};
    }
    TIDINGS_LET(const auto said, database_->quick_check());
    if (said == "ok") {
      good("database", config_.store.name());
    } else {
      add(Finding::Level::trouble, "database", config_.store.name() + ": " + said,
          "restore a copy made by \"tidings db backup\"");
    }
    TIDINGS_LET(const auto clock, sending::clock_troubles(shared_.on(*database_)));
    for (const auto& line : clock) passing("clock", line, sending::clock_hint);
    TIDINGS_LET(const auto elsewhere, store::foreign_instance(*database_));
    if (!elsewhere.empty()) {
      add(Finding::Level::trouble, "database",
          fmt::format("it last sent mail from elsewhere ({}), so nothing is sent from here", elsewhere),
          "if that place is retired, run \"tidings db adopt\"");
    }
    TIDINGS_LET(const auto orphans, orphaned_digests(shared_.on(*database_)));
    for (const auto& each : orphans) {
      add(each.heir.empty() ? Finding::Level::note : Finding::Level::trouble, "digest " + each.name,
          each.what(), orphaned_digest_hint);
    }
    return {};
  }

  /// What the disk has to hold: a row and an attempt of each reader, in the database and in its log until
  /// that is taken over (600 bytes together), and the bodies.
  Result<void> disk() {
    std::error_code error;
    const auto folder = config_.store.folder();
    const auto space = std::filesystem::space(folder, error);
    if (error) return {};
    const auto free_bytes = static_cast<std::int64_t>(space.available);
    std::int64_t readers = 0;
    std::int64_t database_bytes = 0;
    if (database_ != nullptr) {
      TIDINGS_LET(const auto counts, subscriber::SubscriberTable(*database_, clock_).counts());
      for (const auto& digest : counts.digests) readers += digest.confirmed;
      const auto size = std::filesystem::file_size(config_.store.path, error);
      if (!error && !config_.store.server) database_bytes = static_cast<std::int64_t>(size);
    }
    const auto needed = edition_base_bytes + readers * reader_bytes;
    const auto what = fmt::format("{} free beside a database of {}; the next editions need about {}",
                                  format_size(free_bytes), format_size(database_bytes), format_size(needed));
    if (free_bytes < needed) {
      passing("disk", what, "make room before the next run");
    } else if (free_bytes < needed + database_bytes) {
      note("disk", what, "a copy by \"tidings db backup\" has no room on this disk");
    } else {
      good("disk", what);
    }
    return {};
  }

  void files() {
    const auto wide = members::wide_files(config_);
    if (wide.empty()) return;
    const auto more = wide.size() > 1 ? fmt::format(" and {} more", wide.size() - 1) : "";
    add(Finding::Level::trouble, "files",
        fmt::format("other users can read {}{}", wide.front().string(), more),
        "\"tidings db check --mend\" makes them private; [store] mode and group set who may read them");
  }

  Result<void> sources() {
    for (const auto& source : config_.sources) {
      const auto about = "source " + source.spec.name;
      if (database_ == nullptr) {
        if (is_read_here(source)) read(about, source, {});
        continue;
      }
      TIDINGS_LET(const auto state, source::SourceTable(*database_).find(source.spec.name));
      TIDINGS_LET(auto health, source_health(*database_, source, clock_.now()));
      if (state && (state->gone || state->error_streak > 0)) {
        passing(about, health + ": " + state->last_error,
                fmt::format("\"tidings source check {}\" reads it now", source.spec.name));
      } else if (is_read_here(source)) {
        read(about, source, health == "never fetched" ? "" : health);
      } else if (health == "good") {
        good(about, std::move(health));
      } else {
        note(about, std::move(health));
      }
    }
    return {};
  }

  /// What is on this host costs nobody anything, and a page may show nothing, or something else, where a feed
  /// always shows its posts.
  static bool is_read_here(const config::SourceConfig& source) {
    return is_local(source) || source.spec.kind == source::Kind::page;
  }

  /// As "collect" will read it. `health` is how the last collect left it.
  void read(const std::string& about, const config::SourceConfig& source, const std::string& health) {
    const auto feed = read_now(config_, source, clock_.now());
    if (!feed) return trouble(about, feed.error());
    const auto posts = feed->entries.size();
    const auto dropped = static_cast<std::size_t>(count_dropped(*feed));
    auto what = fmt::format("{}can be read: {}", health.empty() || health == "good" ? "" : health + "; ",
                            plural(static_cast<long long>(posts), "post"));
    if (posts > dropped) {
      const auto& first = *std::ranges::find(feed->entries, std::string{}, &source::Entry::dropped);
      what +=
          fmt::format(", such as \"{}\"", truncate_utf8(first.title.empty() ? first.link : first.title, 60));
    }
    if (dropped > 0) what += fmt::format(", {} kept out by rules or filters", dropped);
    if (!feed->events.empty())
      what += fmt::format(", {} to come", plural(static_cast<long long>(feed->events.size()), "event"));
    const bool has_some = posts > dropped || !feed->events.empty();
    const bool is_good = (health.empty() || health == "good") && has_some;
    add(is_good ? Finding::Level::good : Finding::Level::note, about, std::move(what),
        is_good ? "" : fmt::format("\"tidings source check {}\" shows each post", source.spec.name));
  }

  void theme(const config::DigestConfig& digest) {
    const auto about = "digest " + digest.name;
    if (const auto renderer = edition::Renderer::load(config_, digest); !renderer) {
      trouble(about, renderer.error());
    } else {
      good(about,
           fmt::format("theme {}, next run {}", digest.theme,
                       time_in_words(config_.newsletter.zone,
                                     digest.schedule.next_run(clock_.now(), config_.newsletter.zone))));
    }
  }

  void signing() {
    const auto signers = sending::load_signers(config_);
    if (!signers) {
      trouble("dkim", signers.error());
    } else if (const auto signed_mail = sending::check_signed(config_); !signed_mail) {
      trouble("dkim", signed_mail.error());
    } else if (signers->empty()) {
      note("dkim", config_.dkim.signed_by_relay ? "the relay signs"
                                                : "mail is unsigned, which a relay on this host allows");
    } else {
      good("dkim",
           plural(static_cast<long long>(signers->size()), "key") + " for " + signers->front().domain);
    }
  }

  /// What accepts mail on this host; checked without --smtp too, since it sends nothing.
  void handover() {
    const auto& path = config_.smtp.local_path;
    if (config_.smtp.local_way == config::LocalWay::none) return;
    if (config_.smtp.local_way == config::LocalWay::sendmail) {
      const auto program = delivery::make_sendmail_transport({.program = path});
      return program ? good("smtp", path.string() + " accepts mail") : trouble("smtp", program.error());
    }
    std::error_code error;
    const bool is_folder = std::filesystem::is_directory(path, error);
    if (is_folder && ::access(path.c_str(), W_OK | X_OK) == 0)
      return good("smtp", "mail goes into " + path.string());
    if (!is_folder && !std::filesystem::exists(path, error))
      return note("smtp", path.string() + " will be created for the mail");
    add(Finding::Level::trouble, "smtp",
        path.string() + (is_folder ? " cannot be written" : " is not a folder"),
        "[smtp] url sets where mail goes");
  }

  /// Where mail comes back to; a mailbox elsewhere is not asked.
  void returned_mail() {
    const auto& bounce = config_.bounce;
    std::error_code error;
    if (!bounce.maildir.empty() && !std::filesystem::is_directory(bounce.maildir / "new", error)) {
      add(Finding::Level::trouble, "bounce",
          fmt::format("{} is not a Maildir: it has no folder \"new\"", bounce.maildir.string()),
          "[bounce] maildir is where the mail server delivers; it makes the folder with the first mail");
    }
    if (bounce.mailbox.empty() || !bounce.password.is_set()) return;
    if (const auto password = config::read_secret(bounce.password, "[bounce] password"); !password)
      trouble("bounce", password.error());
  }

  void templates() {
    const auto outdated = config::outdated_templates(config_.folder);
    if (outdated.empty()) return;
    note("templates",
         fmt::format("{} changed here, of an earlier version: the program's own has changed since ({})",
                     plural(static_cast<long long>(outdated.size()), "file"), join(outdated, ", ")));
  }

  void programs() {
    for (auto& [user, program] : config::missing_programs(config_)) {
      add(Finding::Level::trouble, std::move(user), program + " is not a program that can be run",
          "\"chmod +x\" makes it one, if it exists");
    }
  }

  /// Editions that wait for an admin, however many have been sent since.
  Result<void> held() {
    TIDINGS_LET(const auto unfinished, digest::EditionTable(*database_).unfinished());
    for (const auto& edition : unfinished) {
      delivery::Ledger ledger{*database_, clock_};
      ledger.leave_later_than(config_.delivery.max_lateness);
      TIDINGS_LET(const auto late, ledger.count_late(edition.id));
      TIDINGS_LET(const auto open, ledger.next_due(edition.id));
      if (late == 0 && (!open || !sending::is_held(config_, edition, clock_.now()))) continue;
      const auto name = digest::name_of(edition);
      passing(
          "digest " + edition.digest, fmt::format("{} is held: it is later than max_lateness", name),
          fmt::format("\"tidings deliver {0} --late\" sends it, \"tidings edition cancel {0}\" cancels it",
                      name));
    }
    return {};
  }

  void relays() {
    if (config_.smtp.local_way != config::LocalWay::none) {
      if (options_.smtp) note("smtp", "mail is handed over on this host: no relay to check");
      return;
    }
    relay(config_.smtp);
    for (const auto& smtp : config_.more_relays) relay(smtp);
  }

  void relay(const config::SmtpConfig& smtp) {
    const auto options = sending::relay_options(smtp);
    if (!options) return trouble("smtp", options.error());
    if (!options_.smtp) return;
    const auto report = delivery::probe(*options);
    if (!report) return trouble("smtp", report.error());
    if (!report->ready) {
      return passing("smtp", fmt::format("{}: {}", options->name(), report->outcome.text),
                     "its url, tls, username and password in config.toml");
    }
    good("smtp", fmt::format("{} is ready, {}; it announces {}", options->name(),
                             delivery::name_of(report->dialect), join(report->capabilities, ", ")));
  }

  void pages() {
    examine_pages(config_, [this](Finding finding) { findings_.push_back(std::move(finding)); });
  }

  Result<void> dns() {
    TIDINGS_LET(auto resolver, Resolver::make(options_.resolver));
    examine_dns(config_, resolver, clock_.now(),
                [this](Finding finding) { findings_.push_back(std::move(finding)); });
    return {};
  }

  /// A run that nobody makes, a login that is about to end.
  Result<void> readiness() {
    for (const auto& digest : config_.digests) {
      TIDINGS_LET(const auto outlook, edition::outlook(config_, digest, *database_, clock_.now()));
      const auto& due = outlook.due;
      if (!due || outlook.held || clock_.now() - due->owed_since() < overdue_after) continue;
      passing("digest " + digest.name,
              fmt::format("its edition of {} is overdue",
                          time_in_words(config_.newsletter.zone, due->owed_since())),
              "is \"tidings send --due\" in cron, or \"tidings run\" at work?");
    }
    return {};
  }

  void logins() {
    const auto look = [&](const config::SmtpConfig& smtp) {
      const auto url = parse_url(smtp.url);
      const bool is_microsoft =
          url && (url->host.ends_with(".office365.com") || url->host.ends_with(".outlook.com"));
      if (is_microsoft && !smtp.username.empty() && smtp.auth != "XOAUTH2" && smtp.auth != "OAUTHBEARER")
        note("smtp", fmt::format("{} takes no passwords after December 2026", url->host),
             "auth = \"XOAUTH2\" and password_command; docs/deliverability.md");
    };
    look(config_.smtp);
    for (const auto& smtp : config_.more_relays) look(smtp);
  }

  const config::SharedContext shared_;
  const config::Config& config_;
  store::Database* database_;
  const Clock& clock_;
  const DoctorOptions& options_;
  std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> doctor(const config::SharedContext& shared, store::Database* database,
                                    const DoctorOptions& options) {
  return Doctor{shared, database, options}.examine();
}

}  // namespace tidings::app
