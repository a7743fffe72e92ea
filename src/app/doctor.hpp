// Doctor: checks everything that a send depends on and reports problems before subscribers notice. Changes
// nothing.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"

namespace tidings::app {

struct Finding {
  enum class Level {
    good,
    note,     ///< worth knowing
    trouble,  ///< a send would fail, or mail would be refused
  } level = Level::good;
  std::string about;  ///< "source harbour", "dkim"
  std::string what;   ///< one line
  std::string hint;
  /// Of trouble: Errc::config if somebody has to change something (config.toml, the DNS, a file),
  /// Errc::try_again if it may pass without (a source or relay that does not answer, a full disk, a run that
  /// is late).
  Errc code = Errc::config;
  bool asked = false;  ///< an answer to --smtp or --dns, worth reading even if it is good
};

struct DoctorOptions {
  bool smtp = false;     ///< connects to the relay; sends no mail
  bool dns = false;      ///< asks for what is published about mail from us; see app/doctor_dns.hpp
  bool pages = false;    ///< asks public_url as a mail program would
  std::string resolver;  ///< for `dns`; empty: the system's
};

/// Configuration, database, sources, themes, signing; relay and DNS if requested. `database` is nullptr if
/// there is none yet. Findings are not errors; the store's errors are.
[[nodiscard]] Result<std::vector<Finding>> doctor(const config::SharedContext& shared,
                                                  store::Database* database, const DoctorOptions& options);

}  // namespace tidings::app
