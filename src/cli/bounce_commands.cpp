// bounce parse
#include <filesystem>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "base/file.hpp"
#include "bounce/parse.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

struct ParseOptions {
  std::string file;
};

Json json_of(const bounce::Report& report) {
  Json recipients = Json::array();
  for (const auto& each : report.recipients) {
    Json one{{"address", each.address}, {"action", name_of(each.action)}, {"status", each.status}, {"kind", name_of(each.kind)}, {"reason", name_of(each.reason)}, {"diagnostic", each.diagnostic}};
    if (!each.original.empty()) one["original"] = each.original;
    recipients.push_back(std::move(one));
  }
  Json out{{"recipients", std::move(recipients)}, {"complaint", report.complaint}};
  if (report.complaint) out["feedback_type"] = report.feedback_type;
  if (!report.reporter.empty()) out["reporter"] = report.reporter;
  if (!report.returned.message_id.empty()) out["message_id"] = report.returned.message_id;
  return out;
}

Result<Exit> parse(Session& /*session*/, const ParseOptions& options) {
  TIDINGS_LET(const auto bytes, read_file(options.file, 64 << 20));
  auto report = bounce::parse_report(bytes);
  if (!report) return fail(report.error().code, fmt::format("{}: {}", options.file == "-" ? "standard input" : options.file, report.error().what));
  print(json_line(json_of(*report)));
  return Exit::done;
}

}  // namespace

void add_bounce_commands(CLI::App& app, Session& session) {
  auto* const noun = add_noun(app, "bounce", "what comes back");
  add_command<ParseOptions>(*noun, session, "parse", "one mail: who was not reached, and why, as JSON; 65 if it is no report",
                            [](CLI::App& command, ParseOptions& options) {
                              command.add_option("FILE", options.file, "a mail, \"-\" is standard input")->required();
                            },
                            parse);
}

}  // namespace tidings::cli
