// subscriber (its commands: subscriber_commands.hpp), keys rotate
#include "cli/subscriber_commands.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/output.hpp"
#include "subscriber/token.hpp"

namespace tidings::cli {

using namespace tidings::subscriber;

Result<std::vector<std::string>> digests_or_all(const config::Config& config,
                                                const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  for (const auto& name : wanted) {
    TIDINGS_LET(const auto* const digest, config.digest(name));
    names.push_back(digest->name);
  }
  if (!wanted.empty()) return names;
  for (const auto& digest : config.digests) names.push_back(digest.name);
  if (names.empty())
    return fail(Errc::config, "config.toml has no [[digest]]", "a subscriber needs a digest");
  return names;
}

Result<Subscriber> find_subscriber(SubscriberTable& table, const std::string& text) {
  // Searched for before checking syntax: everybody on the list can be found, whatever is refused today.
  TIDINGS_LET(auto found, table.find(stored_address(trim(text))));
  if (found) return *std::move(found);
  TIDINGS_LET(const auto address, parse_mail_address(trim(text)));
  TIDINGS_LET(found, table.find(address));
  if (!found) return fail(Errc::no_input, fmt::format("there is no subscriber {}", address.text()));
  return *std::move(found);
}

namespace {

Result<Exit> rotate_keys(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  TIDINGS_LET(const auto keys, KeyRing::rotate(*database, session.random(), session.clock()));
  say(fmt::format("key {} now signs links; older links stay valid\n", keys.newest().id));
  return Exit::done;
}

}  // namespace

void add_subscriber_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "subscriber", "the subscriber list");
  add_subscriber_changes(noun, session);
  add_subscriber_list(noun, session);
  add_subscriber_import(noun, session);

  const auto keys = add_noun(app, "keys", "the keys that sign links in mails");
  add_command<NoOptions>(keys, session, "rotate", "create a new key; old links stay valid", no_setup,
                         rotate_keys);
}

}  // namespace tidings::cli
