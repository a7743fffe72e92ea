// Adds commands to the parser: options in a struct, work in a function that runs only after parsing.
//
// CLI11 is a header of ten thousand lines: only command.cpp and session.cpp include it, other files see these
// handles. A handle is a pointer into the parser, which outlives all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tidings::cli {

/// An option or positional argument just added; each call returns it again.
class OptionHandle {
 public:
  explicit OptionHandle(CLI::Option* option) : option_(option) {}

  OptionHandle required();
  /// The help shows the field's current value.
  OptionHandle show_default();
  /// The name of the value in the help: "FILE".
  OptionHandle value_name(const std::string& name);
  /// A whole number, at most a thousand million.
  OptionHandle at_least(int least);
  OptionHandle range(int least, int most);
  OptionHandle one_of(const std::vector<std::string>& words);
  /// Only one of the two may be given.
  OptionHandle excludes(OptionHandle other);

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  /// `names`: "--long", "-s,--long", or "NAME" for a positional argument. The field is written when the
  /// command line is parsed. A list takes one value each time it is given, so that "--topic sea ADDRESS"
  /// leaves the address alone.
  OptionHandle add_option(const std::string& names, std::string& field, const std::string& about = {});
  OptionHandle add_option(const std::string& names, std::vector<std::string>& field,
                          const std::string& about = {});
  OptionHandle add_option(const std::string& names, std::optional<std::string>& field,
                          const std::string& about = {});
  OptionHandle add_option(const std::string& names, std::optional<std::vector<std::string>>& field,
                          const std::string& about = {});
  OptionHandle add_option(const std::string& names, int& field, const std::string& about = {});
  OptionHandle add_option(const std::string& names, std::int64_t& field, const std::string& about = {});
  OptionHandle add_option(const std::string& names, std::size_t& field, const std::string& about = {});
  OptionHandle add_flag(const std::string& names, bool& field, const std::string& about = {});
  /// Counts how often it is given.
  OptionHandle add_flag(const std::string& names, int& field, const std::string& about = {});
  Command add_subcommand(const std::string& name, const std::string& about);
  void require_subcommand();
  void on_parsed(std::function<void()> callback);
  /// Hidden from the help: for tests and packagers.
  void hide();

 private:
  friend struct CommandInfo describe(Command command);
  CLI::App* app_;
};

/// An option or positional argument as the help shows it.
struct OptionInfo {
  std::vector<std::string> flags;  ///< "-q", "--quiet"; empty: positional
  std::string value;               ///< name of the value, "FILE"; empty: a flag
  std::string about;
  std::string default_value;         ///< empty: none is shown
  std::vector<std::string> choices;  ///< the allowed words; empty: any
  bool required = false;
  bool several = false;  ///< may be given more than once
};

/// A command and those below it, as the parser knows them.
struct CommandInfo {
  std::string name;  ///< "list"
  std::string path;  ///< "tidings source list"
  std::string about;
  bool hidden = false;
  std::vector<OptionInfo> options;
  std::vector<CommandInfo> children;
};

[[nodiscard]] CommandInfo describe(Command command);

/// `setup(Command, Options&)` declares the options, `work(Session&, const Options&)` returns Result<Exit>.
template <class Options, class Setup, class Work>
void add_command(Command parent, Session& session, const std::string& name, const std::string& about,
                 Setup setup, Work work) {
  auto options = std::make_shared<Options>();
  auto command = parent.add_subcommand(name, about);
  setup(command, *options);
  command.on_parsed([&session, options, work] {
    session.command = [&session, options, work] { return work(session, *options); };
  });
}

/// A noun: a command that only groups verbs.
Command add_noun(Command parent, const std::string& name, const std::string& about);

/// --after and --limit of a list.
void add_paging(Command command, std::string& after, int& limit, const std::string& after_what);

struct NoOptions {};
inline void no_setup(Command /*command*/, NoOptions& /*options*/) {}

}  // namespace tidings::cli
