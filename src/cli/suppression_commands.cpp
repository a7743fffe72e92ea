// suppression list | add | remove
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::cli {
namespace {

using namespace tidings::subscriber;

struct SuppressionOptions {
  std::string address;
  std::string detail;
  bool json = false;
};

Result<Exit> list_suppressions(Session& session, const JsonOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  Suppressions suppressions{*database, session.clock()};
  std::string lines;
  Table out{{"ADDRESS", "CAUSE", "SINCE", "DETAIL"}};
  std::string after;
  for (;;) {
    TIDINGS_LET(const auto page, suppressions.list({}, after, 1000));
    for (const auto& each : page) {
      if (options.json) {
        lines += json_line({{"address", each.address_key},
                            {"cause", name_of(each.cause)},
                            {"at", json_time(each.at)},
                            {"detail", each.detail}});
      } else {
        out.add({each.address_key, std::string{name_of(each.cause)},
                 local_time(config->newsletter.zone, each.at), each.detail});
      }
    }
    if (page.size() < 1000) break;
    after = page.back().address_key;
  }
  print(options.json ? lines : out.text());
  return Exit::done;
}

Result<Exit> add_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto target, parse_suppression_target(options.address));
  TIDINGS_LET(auto* const database, session.database());
  TIDINGS_LET(const bool added,
              Suppressions(*database, session.clock()).add(target, SuppressionCause::manual, options.detail));
  say(fmt::format("{} {}\n", target.text, added ? "will never be mailed" : "was already suppressed"));
  return Exit::done;
}

Result<Exit> remove_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto target, parse_suppression_target(options.address));
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  Suppressions suppressions{*database, session.clock()};
  TIDINGS_LET(const bool removed, suppressions.remove(target));
  TIDINGS_LET(const auto still, suppressions.lookup_key(target.key));
  if (still && still->address_key != target.key) {
    return fail(
        Errc::not_permitted,
        fmt::format("{} stays suppressed: all of {} is", target.text, still->address_key),
        fmt::format("\"tidings suppression remove {}\" lifts it for everybody there", still->address_key));
  }
  if (!removed) return fail(Errc::no_input, fmt::format("{} is not suppressed", target.text));
  say(fmt::format("{} may be mailed again\n", target.text));
  return Exit::done;
}

}  // namespace

void add_suppression_commands(Command app, Session& session) {
  const auto suppression = add_noun(app, "suppression", "addresses and domains that are never mailed");
  add_command<JsonOption>(
      suppression, session, "list", "list them with their cause",
      [](Command command, JsonOption& options) { add_json(command, options.json); }, list_suppressions);
  add_command<SuppressionOptions>(
      suppression, session, "add", "never mail this address, or anybody at @domain",
      [](Command command, SuppressionOptions& options) {
        command.add_option("ADDRESS|@DOMAIN", options.address, "ada@example.org, or @example.org").required();
        command.add_option("--reason", options.detail, "for \"suppression list\"");
      },
      add_suppression);
  add_command<SuppressionOptions>(
      suppression, session, "remove", "allow mail again",
      [](Command command, SuppressionOptions& options) {
        command.add_option("ADDRESS|@DOMAIN", options.address, "ada@example.org, or @example.org").required();
      },
      remove_suppression);
}

}  // namespace tidings::cli
