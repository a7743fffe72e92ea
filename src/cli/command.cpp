#include "cli/command.hpp"

#include <CLI/CLI.hpp>

namespace tidings::cli {
namespace {

CLI::Option* one_value_at_a_time(CLI::Option* list) {
  return list->get_positional() ? list : list->allow_extra_args(false);
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

OptionHandle OptionHandle::at_least(int least) {
  option_->check(least > 0 ? static_cast<const CLI::Validator&>(CLI::PositiveNumber) : CLI::NonNegativeNumber);
  return *this;
}

OptionHandle OptionHandle::range(int least, int most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

OptionHandle OptionHandle::excludes(OptionHandle other) {
  option_->excludes(other.option_);
  return *this;
}

OptionHandle OptionHandle::one_of(const std::vector<std::string>& words) {
  option_->check(CLI::IsMember(words));
  return *this;
}

OptionHandle Command::add_option(const std::string& names, std::string& field, const std::string& about) {
  return OptionHandle{app_->add_option(names, field, about)};
}
OptionHandle Command::add_option(const std::string& names, std::vector<std::string>& field, const std::string& about) {
  return OptionHandle{one_value_at_a_time(app_->add_option(names, field, about))};
}
OptionHandle Command::add_option(const std::string& names, std::optional<std::string>& field, const std::string& about) {
  return OptionHandle{app_->add_option(names, field, about)};
}
OptionHandle Command::add_option(const std::string& names, std::optional<std::vector<std::string>>& field, const std::string& about) {
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

Command add_noun(Command parent, const std::string& name, const std::string& about) {
  auto noun = parent.add_subcommand(name, about);
  noun.require_subcommand();
  return noun;
}

}  // namespace tidings::cli
