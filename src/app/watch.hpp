// Watch: sees what a job came to, remembers what is wrong, and tells the hooks and the admin.
//
// A trouble begins once and is told once, however many runs meet it; see trouble_table. A source counts as
// failing after three readings in a row, or when it says that it is gone. The mail to [hooks] mail_to goes
// out when something was met since the last one, and not within a day of it. Nothing here fails a job: what
// goes wrong is a line of finish().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/collect.hpp"
#include "app/compose_all.hpp"
#include "app/hooks.hpp"
#include "app/metrics.hpp"
#include "app/trouble_table.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/run.hpp"
#include "sending/deliver.hpp"

namespace tidings::app {

inline constexpr int failing_after = 3;  ///< readings in a row

class Watch {
 public:
  explicit Watch(const config::Context& context)
      : context_(context),
        troubles_(context.database, context.clock),
        hooks_(context.config, context.clock) {}

  void collected(const CollectReport& report);
  void composed(const ComposeOutcome& outcome);
  void delivered(const sending::DeliverReport& report);
  /// The job as a whole; `error` is nullptr if it did what it could. Errc::try_again is neither good nor bad:
  /// another run was at work.
  void ended(std::string_view job, const Error* error);
  void met(const Trouble& trouble);
  void mended(std::string_view about);

  /// Mails the day's trouble, if there is any. Not under the sender's lock.
  void mail(const delivery::StopFlag& stop);

  /// Lines about hooks that failed: of those that have ended, or of all.
  [[nodiscard]] std::vector<std::string> news();
  [[nodiscard]] std::vector<std::string> finish();

 private:
  bool begins(const Trouble& trouble);
  void note(std::string_view job, JobEnd end);
  void note(const Error& error) { wrong_.push_back("hooks: " + error.line()); }
  [[nodiscard]] Result<void> send_mail(const std::vector<StandingTrouble>& troubles,
                                       const delivery::StopFlag& stop);

  config::Context context_;
  TroubleTable troubles_;
  Hooks hooks_;
  bool has_met_ = false;      ///< trouble with a name of its own, in this run
  bool relay_rests_ = false;  ///< no relay was of use to the last delivery
  std::vector<std::string> wrong_;
};

}  // namespace tidings::app
