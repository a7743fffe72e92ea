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
        lines += json_line({{"address", each.address_key}, {"cause", name_of(each.cause)}, {"at", json_time(each.at)}, {"detail", each.detail}});
      } else {
        out.add({each.address_key, std::string{name_of(each.cause)}, local_time(config->newsletter.zone, each.at), each.detail});
      }
    }
    if (page.size() < 1000) break;
    after = page.back().address_key;
  }
  print(options.json ? lines : out.text());
  return Exit::done;
}

Result<Exit> add_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(auto* const database, session.database());
  TIDINGS_LET(const bool added, Suppressions(*database, session.clock()).add(address, SuppressionCause::manual, options.detail));
  print(fmt::format("{} {}\n", address.text(), added ? "will never be mailed" : "was suppressed already"));
  return Exit::done;
}

Result<Exit> remove_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  TIDINGS_LET(const bool removed, Suppressions(*database, session.clock()).remove(address));
  if (!removed) return fail(Errc::no_input, fmt::format("{} is not suppressed", address.text()));
  print(fmt::format("{} may be mailed again\n", address.text()));
  return Exit::done;
}

}  // namespace

void add_suppression_commands(Command app, Session& session) {
  const auto suppression = add_noun(app, "suppression", "addresses that are never mailed");
  add_command<JsonOption>(suppression, session, "list", "all of them with their cause",
                          [](Command command, JsonOption& options) { add_json(command, options.json); }, list_suppressions);
  add_command<SuppressionOptions>(suppression, session, "add", "never mail this address",
                                  [](Command command, SuppressionOptions& options) {
                                    command.add_option("ADDRESS", options.address).required();
                                    command.add_option("--reason", options.detail);
                                  },
                                  add_suppression);
  add_command<SuppressionOptions>(suppression, session, "remove", "lift it",
                                  [](Command command, SuppressionOptions& options) {
                                    command.add_option("ADDRESS", options.address).required();
                                  },
                                  remove_suppression);
}

}  // namespace tidings::cli
