// Doctor: looks at everything that a send depends on and says what is wrong before subscribers notice.
// Changes nothing.
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
    trouble,  ///< a send will fail, or mail will be refused
  } level = Level::good;
  std::string about;  ///< "source harbour", "dkim"
  std::string what;   ///< one line
  std::string hint;
};

struct DoctorOptions {
  bool smtp = false;     ///< connects to the relay; sends no mail
  bool dns = false;      ///< asks for SPF, DKIM and DMARC records
  std::string resolver;  ///< for `dns`; empty: the system's
};

/// Configuration, database, sources, themes, signing; relay and DNS if asked. `database` may be nullptr:
/// there is none yet. What is found is no error; the store's errors are.
[[nodiscard]] Result<std::vector<Finding>> doctor(const config::SharedContext& shared,
                                                  store::Database* database, const DoctorOptions& options);

}  // namespace tidings::app
