// The commands of the list, by what they do: subscriber_list.cpp (list, show, export), subscriber_import.cpp,
// subscriber_changes.cpp (add, set, confirm, unsubscribe, erase); subscriber_commands.cpp puts them under one
// noun. What they share is here.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "config/config.hpp"

namespace tidings::cli {

void add_subscriber_list(Command noun, Session& session);
void add_subscriber_import(Command noun, Session& session);
void add_subscriber_changes(Command noun, Session& session);

struct AddressOption {
  std::string address;
  bool json = false;
};

/// The names as the configuration writes them; all of its digests where `wanted` is empty. Errc::config if
/// there is none.
[[nodiscard]] Result<std::vector<std::string>> digests_or_all(const config::Config& config,
                                                              const std::vector<std::string>& wanted);

}  // namespace tidings::cli
