#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"

// "completion" prints a script that completes commands, options and the words that an option allows;
// "commands" prints the command table itself, for documents and tests. Both read the parser, so that they
// always match it.

namespace tidings::cli {
namespace {

/// Calls `visit` for the command and everything below it that the help shows.
template <class Visit>
void for_each_command(const CommandInfo& command, Visit visit) {
  visit(command);
  for (const auto& child : command.children) {
    if (!child.hidden) for_each_command(child, visit);
  }
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

/// What may follow a command: its verbs, and the long and short names of its options and the global ones.
std::vector<std::string> words_after(const CommandInfo& command, const CommandInfo& top) {
  std::vector<std::string> words;
  for (const auto& child : command.children) {
    if (!child.hidden) words.push_back(child.name);
  }
  const auto add_options = [&words](const CommandInfo& of) {
    for (const auto& option : of.options) words.insert(words.end(), option.flags.begin(), option.flags.end());
  };
  add_options(command);
  if (&command != &top) add_options(top);
  std::ranges::sort(words);
  const auto twice = std::ranges::unique(words);
  words.erase(twice.begin(), twice.end());
  return words;
}

/// The command's words without the program's name: "source list"; empty for the program itself.
std::string below_top(const CommandInfo& command, const CommandInfo& top) {
  return command.path.size() > top.path.size() ? command.path.substr(top.path.size() + 1) : std::string{};
}

std::string choices_of(const CommandInfo& command) {
  std::vector<std::string> all;
  for (const auto& option : command.options) {
    if (option.flags.empty()) all.insert(all.end(), option.choices.begin(), option.choices.end());
  }
  return joined(all, " ");
}

/// In bash and zsh: finds the command among the words typed so far, then offers what may follow.
std::string bash_script(const CommandInfo& top) {
  std::string known;
  std::string cases;
  std::string values;
  for_each_command(top, [&](const CommandInfo& command) {
    const auto words = below_top(command, top);
    if (!words.empty()) known += fmt::format("|{}", words);
    auto after = joined(words_after(command, top), " ");
    if (const auto choices = choices_of(command); !choices.empty()) after += " " + choices;
    cases += fmt::format("    '{}') words='{}' ;;\n", words, after);
    for (const auto& option : command.options) {
      if (option.flags.empty() || option.choices.empty()) continue;
      values += fmt::format("    '{} {}') words='{}' ;;\n", words, option.flags.back(),
                            joined(option.choices, " "));
    }
  });
  return fmt::format(R"bash(# Completion of tidings for bash:  eval "$(tidings completion bash)"
_tidings() {{
  local command='' word words='' known='{}|' i
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    case "$word" in
      --config | --at) ((i++)) ;;
      -*) ;;
      *) [[ $known == *"|${{command:+$command }}$word|"* ]] && command=${{command:+$command }}$word ;;
    esac
  done
  case "$command $previous" in
{}    *)
      case "$command" in
{}      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}}
complete -o filenames -F _tidings tidings
)bash",
                     known, values, cases);
}

std::string zsh_script(const CommandInfo& top) {
  return "#compdef tidings\n# Completion of tidings for zsh:  eval \"$(tidings completion zsh)\"\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_script(top) +
         "# As a file of $fpath this is the body of the function: it completes at its first call, too.\n"
         "[[ ${funcstack[1]} != _tidings ]] || _bash_complete -o filenames -F _tidings\n";
}

std::string quoted_for_fish(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_script(const CommandInfo& top) {
  std::string out = "# Completion of tidings for fish:  tidings completion fish | source\n";
  for_each_command(top, [&](const CommandInfo& command) {
    const auto words = below_top(command, top);
    std::string condition = words.empty() ? std::string{"__fish_use_subcommand"} : std::string{};
    std::string_view rest = words;
    while (!rest.empty()) {
      const auto blank = rest.find(' ');
      condition += fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ",
                               rest.substr(0, blank));
      rest = blank == std::string_view::npos ? std::string_view{} : rest.substr(blank + 1);
    }
    for (const auto& child : command.children) {
      if (child.hidden) continue;
      out += fmt::format("complete -c tidings -n '{}' -f -a {} -d {}\n", condition, child.name,
                         quoted_for_fish(child.about));
    }
    for (const auto& option : command.options) {
      if (option.flags.empty()) continue;
      out += "complete -c tidings";
      if (!words.empty()) out += fmt::format(" -n '{}'", condition);
      for (const auto& flag : option.flags) {
        out += flag.starts_with("--") ? " -l " + flag.substr(2) : " -s " + flag.substr(1);
      }
      if (!option.value.empty())
        out += option.choices.empty() ? " -r" : fmt::format(" -x -a '{}'", joined(option.choices, " "));
      out += " -d " + quoted_for_fish(option.about) + "\n";
    }
  });
  return out;
}

Json described(const OptionInfo& option) {
  Json out{{"flags", option.flags},
           {"value", option.value},
           {"about", option.about},
           {"required", option.required},
           {"several", option.several}};
  out["default"] = option.default_value.empty() ? Json() : Json(option.default_value);
  out["choices"] = option.choices;
  return out;
}

void print_table(const CommandInfo& command) {
  auto options = Json::array();
  for (const auto& option : command.options) options.push_back(described(option));
  const auto example = example_of(command.path);
  print(json_line({{"command", command.path},
                   {"about", command.about},
                   {"group", !command.children.empty()},
                   {"hidden", command.hidden},
                   {"usage", usage_of(command)},
                   {"example", example.empty() ? Json() : Json(example)},
                   {"options", std::move(options)}}));
  for (const auto& child : command.children) print_table(child);
}

struct CompletionOptions {
  std::string shell;
};

}  // namespace

void add_completion_commands(Command app, Session& session) {
  add_command<CompletionOptions>(
      app, session, "completion", "print a completion script for a shell",
      [](Command command, CompletionOptions& options) {
        command.add_option("SHELL", options.shell, "bash, zsh or fish")
            .required()
            .one_of({"bash", "zsh", "fish"});
      },
      [app](Session&, const CompletionOptions& options) -> Result<Exit> {
        const auto top = describe(app);
        const auto script = options.shell == "fish"  ? fish_script(top)
                            : options.shell == "zsh" ? zsh_script(top)
                                                     : bash_script(top);
        show({{"shell", options.shell}, {"script", script}}, script);
        return Exit::done;
      });
  add_command<NoOptions>(
      app, session, "commands", "print the command table as JSON, one command a line",
      [](Command command, NoOptions&) { command.hide(); },
      [app](Session&, const NoOptions&) -> Result<Exit> {
        print_table(describe(app));
        return Exit::done;
      });
}

}  // namespace tidings::cli
