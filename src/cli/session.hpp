// One run of the program: the global options, and what commands share (configuration, database, clock),
// opened on demand. The only file of this room that opens a database or knows its locks; the others hand a
// Context to the rooms below.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "store/instance.hpp"

namespace tidings::cli {

class Command;

/// How a command without an error ends: 0, or 75 if deliveries are deferred.
enum class Exit { done = 0, try_again = 75 };

/// How a command uses the database.
enum class Access {
  create,     ///< created if it does not exist
  existing,   ///< it must exist
  read_only,  ///< it must exist, and does not change by a byte
  copy,       ///< a copy in memory, for rehearsals; empty if there is no database yet
};

class Session {
 public:
  // Global options, bound to the parser.
  std::string config_option;
  std::string at_option;
  std::string all_option;
  int parallel = 8;
  int verbose = 0;
  bool quiet = false;
  bool json = false;

  /// Set by the chosen command; runs after parsing.
  std::function<Result<Exit>()> command;

  /// Of --all: which newsletter this process is for.
  void choose(const std::filesystem::path& config_file) { config_option = config_file.string(); }

  /// Applies -v, -q, --json and --at. Errc::usage for an invalid time.
  [[nodiscard]] Result<void> prepare();

  /// Loaded once.
  [[nodiscard]] Result<const config::Config*> config();
  [[nodiscard]] const Clock& clock() const { return *clock_; }
  /// The clock of --at; nullptr without it.
  [[nodiscard]] ManualClock* manual_clock() { return manual_clock_; }
  [[nodiscard]] Random& random() { return random_; }

  /// The configuration with clock and randomness, for jobs that open their own databases.
  [[nodiscard]] Result<config::SharedContext> shared();
  /// The same with the database, which is opened once: the first call decides how.
  [[nodiscard]] Result<config::Context> context(Access access = Access::create);
  /// The same of a database that may not be there yet: nothing then.
  [[nodiscard]] Result<std::optional<config::Context>> context_if_there();
  /// Before a job that collects, composes or sends: whether the clock allows it, and what a wrong clock has
  /// left is told.
  [[nodiscard]] static Result<void> check_clock(const config::Context& context);

  /// The sender's lock, for as long as the value lives; `job` names the command to whoever finds it taken.
  [[nodiscard]] static Result<store::SenderLock> lock(const config::Context& context, const std::string& job);
  /// The same for a command that composes or sends: refused on a copied database, and with a wrong clock.
  [[nodiscard]] Result<store::SenderLock> begin_sending(const config::Context& context,
                                                        const std::string& job);

 private:
  [[nodiscard]] Result<store::Database> open(Access access);

  std::optional<config::Config> config_;
  std::unique_ptr<Clock> clock_ = std::make_unique<SystemClock>();
  ManualClock* manual_clock_ = nullptr;
  SystemRandom random_;
  std::optional<store::Database> database_;
};

// One file per noun; each adds its commands to the parser.
void add_job_commands(Command app, Session& session);          // collect, compose, deliver, send
void add_preview_commands(Command app, Session& session);      // preview, test
void add_report_command(Command app, Session& session);        // report
void add_run_command(Command app, Session& session);           // run, rehearse
void add_status_commands(Command app, Session& session);       // status
void add_init_command(Command app, Session& session);          // init
void add_source_commands(Command app, Session& session);       // source, feed, html
void add_post_commands(Command app, Session& session);         // post
void add_edition_commands(Command app, Session& session);      // digest, edition
void add_archive_commands(Command app, Session& session);      // archive
void add_subscriber_commands(Command app, Session& session);   // subscriber, keys
void add_suppression_commands(Command app, Session& session);  // suppression
void add_serve_commands(Command app, Session& session);        // serve, cgi
void add_delivery_commands(Command app, Session& session);     // delivery
void add_bounce_commands(Command app, Session& session);       // bounce
void add_template_commands(Command app, Session& session);     // template
void add_dkim_commands(Command app, Session& session);         // dkim
void add_config_commands(Command app, Session& session);       // config, db
void add_doctor_command(Command app, Session& session);        // doctor
void add_completion_commands(Command app, Session& session);   // completion, commands

/// Parses and runs. The value is the exit status; an Error is printed by main.
[[nodiscard]] Result<int> run(int argc, char** argv);

}  // namespace tidings::cli
