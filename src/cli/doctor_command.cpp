// doctor: find problems before subscribers do
#include <algorithm>

#include <fmt/format.h>

#include "app/doctor.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

using app::Finding;

std::string_view word_of(Finding::Level level) {
  switch (level) {
    case Finding::Level::good: return "good";
    case Finding::Level::note: return "note";
    case Finding::Level::trouble: return "TROUBLE";
  }
  return "";
}

Json json_of(const Finding& finding) {
  return {{"level", ascii_lower(word_of(finding.level))},
          {"about", finding.about},
          {"what", finding.what},
          {"hint", json_text(finding.hint)},
          {"passes",
           finding.level == Finding::Level::trouble ? Json(finding.code == Errc::try_again) : Json(nullptr)}};
}

/// Trouble first; what is good is one line, unless somebody asked for it.
std::vector<Cell> lines_of(const std::vector<Finding>& findings, const Session& session) {
  std::vector<Cell> lines;
  std::vector<std::string> good;
  for (const auto level : {Finding::Level::trouble, Finding::Level::note, Finding::Level::good}) {
    for (const auto& each : findings) {
      if (each.level != level) continue;
      if (level == Finding::Level::good && !each.asked && session.verbose == 0) {
        if (std::ranges::find(good, each.about) == good.end()) good.push_back(each.about);
        continue;
      }
      const auto look = level == Finding::Level::trouble ? Look::trouble : Look::plain;
      lines.emplace_back(fmt::format("{:<8} {}: {}", word_of(level), each.about, each.what), look);
      if (!each.hint.empty()) lines.emplace_back(fmt::format("         ({})", each.hint));
    }
  }
  if (!good.empty()) lines.emplace_back(fmt::format("good     {} (-v tells more)", join(good, ", ")));
  return lines;
}

Result<Exit> doctor(Session& session, const app::DoctorOptions& options) {
  TIDINGS_LET(const auto shared, session.shared());
  TIDINGS_LET(const auto context, session.context_if_there());
  TIDINGS_LET(const auto findings, app::doctor(shared, context ? &context->database : nullptr, options));
  if (form() == Form::json) {
    for (const auto& each : findings) print(json_line(json_of(each)));
  } else {
    print_lines(lines_of(findings, session));
  }
  const auto count = std::ranges::count(findings, Finding::Level::trouble, &Finding::level);
  if (count == 0) return Exit::done;
  const bool wants_change = std::ranges::any_of(findings, [](const Finding& each) {
    return each.level == Finding::Level::trouble && each.code == Errc::config;
  });
  return fail(wants_change ? Errc::config : Errc::try_again, plural(count, "trouble") + " found");
}

}  // namespace

void add_doctor_command(Command app, Session& session) {
  add_command<app::DoctorOptions>(
      app, session, "doctor", "find problems before subscribers do",
      [](Command command, app::DoctorOptions& options) {
        command.add_flag("--smtp", options.smtp,
                         "connect to the relay and show what it announces; sends no mail");
        command.add_flag("--dns", options.dns,
                         "check what is published: SPF, DKIM, DMARC, alignment, MX, names of the relay");
        command.add_flag("--pages", options.pages,
                         "check that public_url answers, and takes the POST of one click");
        command.add_option("--resolver", options.resolver, "name server to use instead of the system's")
            .value_name("ADDRESS[:PORT]");
      },
      doctor);
}

}  // namespace tidings::cli
