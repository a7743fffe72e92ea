// doctor: find problems before subscribers do
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
  bool all = false;
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

std::string json_of(const std::vector<app::Finding>& findings) {
  std::string out;
  for (const auto& finding : findings) {
    out += json_line({{"level", ascii_lower(word_of(finding.level))},
                      {"about", finding.about},
                      {"what", finding.what},
                      {"hint", finding.hint}});
  }
  return out;
}

/// Trouble first; what is good is one line, unless all of it is wanted.
std::string text_of(const std::vector<app::Finding>& findings, bool all) {
  std::string out;
  std::vector<std::string> good;
  for (const auto level :
       {app::Finding::Level::trouble, app::Finding::Level::note, app::Finding::Level::good}) {
    for (const auto& finding : findings) {
      if (finding.level != level) continue;
      if (level == app::Finding::Level::good && !all) {
        if (std::ranges::find(good, finding.about) == good.end()) good.push_back(finding.about);
        continue;
      }
      out += fmt::format("{:<8} {}: {}\n", word_of(level), finding.about, printable(finding.what));
      if (!finding.hint.empty()) out += fmt::format("         ({})\n", printable(finding.hint));
    }
  }
  if (!good.empty()) out += fmt::format("good     {}\n", printable(join(good, ", ")));
  return out;
}

Result<Exit> doctor(Session& session, const Options& options) {
  TIDINGS_LET(const auto shared, session.shared());
  TIDINGS_LET(const auto context, session.context_if_there());
  TIDINGS_LET(const auto findings,
              app::doctor(shared, context ? &context->database : nullptr, options.examine));
  print(options.json ? json_of(findings) : text_of(findings, options.all || session.verbose > 0));
  const auto count = std::ranges::count(findings, app::Finding::Level::trouble, &app::Finding::level);
  if (count > 0) return fail(Errc::unavailable, plural(count, "trouble") + " found");
  return Exit::done;
}

}  // namespace

void add_doctor_command(Command app, Session& session) {
  add_command<Options>(
      app, session, "doctor", "find problems before subscribers do",
      [](Command command, Options& options) {
        command.add_flag("--smtp", options.examine.smtp,
                         "connect to the relay and show what it announces; sends no mail");
        command.add_flag("--dns", options.examine.dns,
                         "check what is published: SPF, DKIM, DMARC, alignment, MX, names of the relay");
        command.add_flag("--pages", options.examine.pages,
                         "check that public_url answers, and takes the POST of one click");
        command.add_flag("--all", options.all, "show in full what is good");
        command
            .add_option("--resolver", options.examine.resolver, "name server to use instead of the system's")
            .value_name("ADDRESS[:PORT]");
        add_json(command, options.json);
      },
      doctor);
}

}  // namespace tidings::cli
