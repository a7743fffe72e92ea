#include "cli/command.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/text.hpp"

namespace tidings::cli {
namespace {

CLI::Option* one_value_at_a_time(CLI::Option* list) {
  return list->get_positional() ? list : list->allow_extra_args(false);
}

/// The parser gives "WORD:{a,b,c}" for an option that allows only those words.
std::pair<std::string, std::vector<std::string>> value_and_choices(const CLI::Option& option) {
  auto value = option.get_type_name();
  const auto colon = value.find(":{");
  if (colon == std::string::npos || !value.ends_with('}')) return {value, {}};
  const auto allowed = value.substr(colon + 1);
  value.resize(colon);
  return {value, CLI::detail::split(allowed.substr(1, allowed.size() - 2), ',')};
}

/// The name of a value of which only the type is known: "--html-file" takes a FILE.
std::string value_name(const CLI::Option& option, std::string value) {
  if (value == "INT" || value == "UINT") return "N";
  if (value != "TEXT" || option.get_lnames().empty()) return value;
  const auto& flag = option.get_lnames().front();
  value = flag.substr(flag.rfind('-') + 1);
  std::ranges::transform(value, value.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return value;
}

OptionInfo describe(const CLI::Option& option) {
  OptionInfo out;
  out.about = option.get_description();
  out.default_value = option.get_default_str();
  out.required = option.get_required();
  for (const auto& name : option.get_snames()) out.flags.push_back("-" + name);
  for (const auto& name : option.get_lnames()) out.flags.push_back("--" + name);
  if (option.get_items_expected_max() > 0) {
    std::tie(out.value, out.choices) = value_and_choices(option);
    out.value = out.flags.empty() ? option.get_single_name() : value_name(option, std::move(out.value));
    out.several = option.get_items_expected_max() > 1;
  }
  return out;
}

CommandInfo describe(const CLI::App& app, const std::string& above) {
  CommandInfo out;
  out.name = app.get_name();
  out.path = above.empty() ? app.get_name() : above + " " + app.get_name();
  out.about = app.get_description();
  out.hidden = app.get_group().empty();
  for (const auto* const option :
       app.get_options([](const CLI::Option* each) { return !each->get_group().empty(); })) {
    out.options.push_back(describe(*option));
  }
  for (const auto* const child : app.get_subcommands([](const CLI::App*) { return true; })) {
    out.children.push_back(describe(*child, out.path));
  }
  return out;
}

}  // namespace

OptionHandle OptionHandle::required() {
  option_->required();
  return *this;
}

OptionHandle OptionHandle::show_default() {
  option_->capture_default_str();
  return *this;
}

OptionHandle OptionHandle::value_name(const std::string& name) {
  option_->type_name(name);
  return *this;
}

OptionHandle OptionHandle::at_least(int least) { return range(least, 1'000'000'000); }

OptionHandle OptionHandle::range(int least, int most) {
  const auto check = [least, most](const std::string& word) -> std::string {
    int number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool is_whole = error == std::errc{} && end == word.data() + word.size();
    if (is_whole && number >= least && number <= most) return {};
    return fmt::format("\"{}\" is not a whole number from {} to {}", word, least, most);
  };
  option_->check(check, "", "whole number");
  return *this;
}

OptionHandle OptionHandle::excludes(OptionHandle other) {
  option_->excludes(other.option_);
  return *this;
}

OptionHandle OptionHandle::one_of(const std::vector<std::string>& words) {
  const auto check = [words](const std::string& word) -> std::string {
    if (std::ranges::find(words, word) != words.end()) return {};
    const auto hint = did_you_mean(word, words);
    return fmt::format("\"{}\" is not one of {}{}", word, join(words, ", "), hint.empty() ? "" : "; " + hint);
  };
  option_->check(check, "{" + join(words, ",") + "}", "word");
  return *this;
}

OptionHandle Command::add_option(const std::string& names, std::string& field, const std::string& about) {
  return OptionHandle{app_->add_option(names, field, about)};
}
OptionHandle Command::add_option(const std::string& names, std::vector<std::string>& field,
                                 const std::string& about) {
  return OptionHandle{one_value_at_a_time(app_->add_option(names, field, about))};
}
OptionHandle Command::add_option(const std::string& names, std::optional<std::string>& field,
                                 const std::string& about) {
  return OptionHandle{app_->add_option(names, field, about)};
}
OptionHandle Command::add_option(const std::string& names, std::optional<std::vector<std::string>>& field,
                                 const std::string& about) {
  return OptionHandle{one_value_at_a_time(app_->add_option(names, field, about))};
}
OptionHandle Command::add_option(const std::string& names, int& field, const std::string& about) {
  return OptionHandle{app_->add_option(names, field, about)};
}
OptionHandle Command::add_option(const std::string& names, std::int64_t& field, const std::string& about) {
  return OptionHandle{app_->add_option(names, field, about)};
}
OptionHandle Command::add_option(const std::string& names, std::size_t& field, const std::string& about) {
  return OptionHandle{app_->add_option(names, field, about)};
}
OptionHandle Command::add_flag(const std::string& names, bool& field, const std::string& about) {
  return OptionHandle{app_->add_flag(names, field, about)};
}
OptionHandle Command::add_flag(const std::string& names, int& field, const std::string& about) {
  return OptionHandle{app_->add_flag(names, field, about)};
}

Command Command::add_subcommand(const std::string& name, const std::string& about) {
  return Command{app_->add_subcommand(name, about)};
}

void Command::require_subcommand() { app_->require_subcommand(1); }

void Command::on_parsed(std::function<void()> callback) { app_->callback(std::move(callback)); }

void Command::hide() { app_->group(""); }

CommandInfo describe(Command command) { return describe(*command.app_, {}); }

void add_paging(Command command, std::string& after, int& limit, const std::string& after_what) {
  command.add_option("--limit", limit, "at most this many").show_default().at_least(1);
  command.add_option("--after", after, "continue after " + after_what);
}

Command add_noun(Command parent, const std::string& name, const std::string& about) {
  auto noun = parent.add_subcommand(name, about);
  noun.require_subcommand();
  return noun;
}

}  // namespace tidings::cli
