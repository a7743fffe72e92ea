// subscriber (its commands: subscriber_commands.hpp), keys rotate
#include "cli/subscriber_commands.hpp"

#include <fmt/format.h>

#include "cli/output.hpp"
#include "members/topics.hpp"
#include "sending/links.hpp"

namespace tidings::cli {

Result<std::vector<std::string>> digests_or_every(const config::Config& config,
                                                  const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  for (const auto& name : wanted) {
    TIDINGS_LET(const auto* const digest, config.digest(name));
    names.push_back(digest->name);
  }
  if (!wanted.empty()) return names;
  names = members::every_digest(config);
  if (names.empty())
    return fail(Errc::config, "config.toml has no [[digest]]", "a subscriber needs a digest");
  return names;
}

Result<subscriber::Fields> named_fields(const config::Config& config, const std::vector<std::string>& pairs) {
  subscriber::Fields fields;
  for (const auto& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos)
      return fail(Errc::usage, fmt::format("--field {} is not NAME=VALUE", pair), "--field city=Porto");
    TIDINGS_LET(const auto* const rule, subscriber::find_field(pair.substr(0, equals), config.fields));
    fields[rule->name] = pair.substr(equals + 1);
  }
  return fields;
}

std::vector<std::string> field_names(const config::Config& config) {
  std::vector<std::string> names;
  for (const auto& field : config.fields) names.push_back(field.name);
  return names;
}

Result<std::vector<std::pair<std::string, std::string>>> column_map(const std::vector<std::string>& pairs) {
  std::vector<std::pair<std::string, std::string>> map;
  for (const auto& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos)
      return fail(Errc::usage, fmt::format("--map {} is not COLUMN=HEADER", pair), "--map email=Column");
    map.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return map;
}

namespace {

Result<Exit> rotate_keys(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const int key, sending::rotate_keys(context));
  tell({{"key", key}}, fmt::format("key {} now signs links; older links stay valid\n", key));
  return Exit::done;
}

}  // namespace

void add_subscriber_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "subscriber", "the subscriber list");
  add_subscriber_changes(noun, session);
  add_subscriber_list(noun, session);
  add_subscriber_import(noun, session);
  add_subscriber_sync(noun, session);

  const auto keys = add_noun(app, "keys", "the keys that sign links in mails");
  add_command<NoOptions>(keys, session, "rotate", "create a new key; old links stay valid", no_setup,
                         rotate_keys);
}

}  // namespace tidings::cli
