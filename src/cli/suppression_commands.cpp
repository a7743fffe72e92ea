// suppression list | add | remove
#include <utility>

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
};

struct ListOptions {
  std::string after;
  int limit = 1000;
};

Result<Exit> list(Session& session, const ListOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  const auto& zone = context.config.newsletter.zone;
  TIDINGS_LET(auto suppressions, members::list_suppressions(context, options.after, options.limit + 1));
  std::string more;
  if (std::cmp_greater(suppressions.size(), options.limit)) {
    suppressions.pop_back();
    more = there_are_more(suppressions.back().address_key, options.limit);
  }
  Listing out{{"ADDRESS", "CAUSE", "SINCE", "DETAIL"}};
  for (const auto& each : suppressions) {
    out.add({{"address", each.address_key},
             {"cause", name_of(each.cause)},
             {"at", json_time(each.at)},
             {"detail", json_text(each.detail)}},
            {each.address_key, std::string{name_of(each.cause)}, local_time(zone, each.at), each.detail});
  }
  out.print(more);
  return Exit::done;
}

Result<Exit> add_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto target, parse_suppression_target(options.address));
  TIDINGS_LET(const auto context, session.context());
  TIDINGS_LET(const bool added, members::suppress(context, target, options.detail));
  tell({{"address", target.text}, {"outcome", added ? "suppressed" : "already_suppressed"}},
       fmt::format("{} {}\n", target.text, added ? "will never be mailed" : "was already suppressed"));
  return Exit::done;
}

Result<Exit> remove_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto target, parse_suppression_target(options.address));
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const bool removed, members::lift(context, target));
  if (!removed) return fail(Errc::no_input, fmt::format("{} is not suppressed", target.text));
  tell({{"address", target.text}, {"outcome", "lifted"}},
       fmt::format("{} may be mailed again\n", target.text));
  return Exit::done;
}

}  // namespace

void add_suppression_commands(Command app, Session& session) {
  const auto suppression = add_noun(app, "suppression", "addresses and domains that are never mailed");
  add_command<ListOptions>(
      suppression, session, "list", "list them with their cause",
      [](Command command, ListOptions& options) {
        add_paging(command, options.after, options.limit, "this address");
      },
      list);
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
