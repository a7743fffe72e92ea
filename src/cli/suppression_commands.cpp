// suppression list | add | remove
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "members/roster.hpp"

namespace tidings::cli {
namespace {

using namespace tidings::subscriber;

struct SuppressionOptions {
  std::string address;
  std::string detail;
  bool json = false;
};

Result<Exit> list_suppressions(Session& session, const JsonOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  const auto& zone = context.config.newsletter.zone;
  std::string lines;
  Table out{{"ADDRESS", "CAUSE", "SINCE", "DETAIL"}};
  TIDINGS_TRY(members::for_each_suppression(context, [&](const Suppression& each) {
    if (options.json) {
      lines += json_line({{"address", each.address_key},
                          {"cause", name_of(each.cause)},
                          {"at", json_time(each.at)},
                          {"detail", each.detail}});
    } else {
      out.add({each.address_key, std::string{name_of(each.cause)}, local_time(zone, each.at), each.detail});
    }
  }));
  print(options.json ? lines : out.text());
  return Exit::done;
}

Result<Exit> add_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto target, parse_suppression_target(options.address));
  TIDINGS_LET(const auto context, session.context());
  TIDINGS_LET(const bool added, members::suppress(context, target, options.detail));
  say(fmt::format("{} {}\n", target.text, added ? "will never be mailed" : "was suppressed already"));
  return Exit::done;
}

Result<Exit> remove_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto target, parse_suppression_target(options.address));
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const bool removed, members::lift(context, target));
  if (!removed) return fail(Errc::no_input, fmt::format("{} is not suppressed", target.text));
  say(fmt::format("{} may be mailed again\n", target.text));
  return Exit::done;
}

}  // namespace

void add_suppression_commands(Command app, Session& session) {
  const auto suppression = add_noun(app, "suppression", "addresses and domains that are never mailed");
  add_command<JsonOption>(
      suppression, session, "list", "all of them with their cause",
      [](Command command, JsonOption& options) { add_json(command, options.json); }, list_suppressions);
  add_command<SuppressionOptions>(
      suppression, session, "add", "never mail this address, or anybody at @domain",
      [](Command command, SuppressionOptions& options) {
        command.add_option("ADDRESS|@DOMAIN", options.address, "ada@example.org, or @example.org").required();
        command.add_option("--reason", options.detail, "for \"suppression list\"");
      },
      add_suppression);
  add_command<SuppressionOptions>(
      suppression, session, "remove", "lift it",
      [](Command command, SuppressionOptions& options) {
        command.add_option("ADDRESS|@DOMAIN", options.address, "ada@example.org, or @example.org").required();
      },
      remove_suppression);
}

}  // namespace tidings::cli
