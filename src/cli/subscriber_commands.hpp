// The commands of the list, by what they do: subscriber_list.cpp (list, show, export), subscriber_import.cpp,
// subscriber_changes.cpp (add, set, pause, resume, confirm, reconfirm, unsubscribe, erase);
// subscriber_commands.cpp groups them under one noun. Their shared parts are here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "config/config.hpp"

namespace tidings::cli {

void add_subscriber_list(Command noun, Session& session);
void add_subscriber_import(Command noun, Session& session);
void add_subscriber_sync(Command noun, Session& session);
void add_subscriber_changes(Command noun, Session& session);

struct AddressOption {
  std::string address;
};

/// The names in the configuration's spelling; every digest if `wanted` is empty (members/topics.hpp).
/// Errc::config if it has no digest.
[[nodiscard]] Result<std::vector<std::string>> digests_or_every(const config::Config& config,
                                                                const std::vector<std::string>& wanted);

/// --field NAME=VALUE. Errc::usage for text without "=", Errc::bad_data for a field that config.toml does not
/// have.
[[nodiscard]] Result<subscriber::Fields> named_fields(const config::Config& config,
                                                      const std::vector<std::string>& pairs);

/// Names of the own fields.
[[nodiscard]] std::vector<std::string> field_names(const config::Config& config);

/// --map: our column name, the file's header. Errc::usage for text without "=".
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> column_map(
    const std::vector<std::string>& pairs);

}  // namespace tidings::cli
