// doctor: what is wrong before subscribers notice
#include <algorithm>

#include <fmt/format.h>

#include "app/doctor.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

struct Options {
  app::DoctorOptions examine;
  bool json = false;
};

std::string_view word_of(app::Finding::Level level) {
  switch (level) {
    case app::Finding::Level::good: return "good";
    case app::Finding::Level::note: return "note";
    case app::Finding::Level::trouble: return "TROUBLE";
  }
  return "";
}

Result<Exit> doctor(Session& session, const Options& options) {
  TIDINGS_LET(const auto shared, session.shared());
  TIDINGS_LET(const auto context, session.context_if_there());
  TIDINGS_LET(const auto findings,
              app::doctor(shared, context ? &context->database : nullptr, options.examine));
  std::string out;
  for (const auto& finding : findings) {
    if (options.json) {
      out += json_line({{"level", ascii_lower(word_of(finding.level))},
                        {"about", finding.about},
                        {"what", finding.what},
                        {"hint", finding.hint}});
      continue;
    }
    out += fmt::format("{:<8} {}: {}\n", word_of(finding.level), finding.about, printable(finding.what));
    if (!finding.hint.empty()) out += fmt::format("         ({})\n", printable(finding.hint));
  }
  print(out);
  const auto count = std::ranges::count(findings, app::Finding::Level::trouble, &app::Finding::level);
  if (count > 0) return fail(Errc::unavailable, plural(count, "trouble") + " found");
  return Exit::done;
}

}  // namespace

void add_doctor_command(Command app, Session& session) {
  add_command<Options>(
      app, session, "doctor", "look for trouble before subscribers find it",
      [](Command command, Options& options) {
        command.add_flag("--smtp", options.examine.smtp,
                         "connect to the relay and say what it announces; no mail is sent");
        command.add_flag("--dns", options.examine.dns, "look up the SPF, DKIM and DMARC records");
        command
            .add_option("--resolver", options.examine.resolver,
                        "the name server to ask instead of the system's")
            .value_name("ADDRESS[:PORT]");
        add_json(command, options.json);
      },
      doctor);
}

}  // namespace tidings::cli
