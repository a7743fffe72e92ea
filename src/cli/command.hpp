// How a command is added to the parser: its options in a struct, its work in a function, run only after parsing.
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/session.hpp"

namespace tidings::cli {

/// `setup(CLI::App&, Options&)` declares the options, `work(Session&, const Options&)` returns Result<Exit>.
template <class Options, class Setup, class Work>
CLI::App* add_command(CLI::App& parent, Session& session, const std::string& name, const std::string& about, Setup setup,
                      Work work) {
  auto options = std::make_shared<Options>();
  auto* const command = parent.add_subcommand(name, about);
  setup(*command, *options);
  command->callback([&session, options, work] {
    session.command = [&session, options, work] { return work(session, *options); };
  });
  return command;
}

/// A noun: a command that only groups verbs.
inline CLI::App* add_noun(CLI::App& parent, const std::string& name, const std::string& about) {
  return parent.add_subcommand(name, about)->require_subcommand(1);
}

struct NoOptions {};
inline void no_setup(CLI::App& /*command*/, NoOptions& /*options*/) {}

struct JsonOption {
  bool json = false;
};
inline void add_json(CLI::App& command, bool& json) { command.add_flag("--json", json, "one JSON object a line"); }

}  // namespace tidings::cli
