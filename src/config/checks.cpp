#include "config/sections.hpp"

#include <charconv>

#include <grp.h>

#include <fmt/format.h>

#include "base/units.hpp"

namespace tidings::config {

std::vector<FilterRule> read_filter_rules(TomlSection& section, std::string_view key) {
  std::vector<FilterRule> rules;
  for (const auto& text : section.one_or_more(key)) {
    auto rule = FilterRule::parse(text);
    if (rule) {
      rules.push_back(*std::move(rule));
    } else {
      section.mistake(key, fmt::format("{}: {}", key, rule.error().what), rule.error().hint);
    }
  }
  return rules;
}

Mailbox read_mailbox(TomlSection& section, std::string_view key, const std::string& text) {
  if (text.empty()) return {};
  auto parsed = parse_mailbox(text);
  if (parsed) return std::move(*parsed);
  section.mistake(key, parsed.error().what, parsed.error().hint);
  return {};
}

void check_ascii(TomlSection& section, std::string_view key, const MailAddress& address) {
  if (!address.needs_smtputf8) return;
  section.mistake(key, fmt::format("\"{}\" has characters outside ASCII before the @", address.text()),
                  "most mail servers refuse mail with such an address; only subscribers may have one");
}

ContentFilter read_filter(TomlSection& section) {
  auto include = read_filter_rules(section, "include");
  return {.include = std::move(include), .exclude = read_filter_rules(section, "exclude")};
}

void check_name(TomlSection& section, const std::string& name, std::set<std::string>& taken,
                std::string_view noun) {
  static constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  if (name.empty()) return;  // reported as missing
  if (name.size() > 40 || name.find_first_not_of(allowed) != std::string::npos || name.front() == '-') {
    section.mistake("name", fmt::format("\"{}\" is not a valid {} name", name, noun),
                    "lower-case letters, digits, - and _, at most 40");
  }
  if (!taken.insert(name).second) {
    section.mistake("name", fmt::format("there are two {}s named \"{}\"", noun, name),
                    "names must be unique");
  }
}

Access read_access(TomlSection& store) {
  Access access;
  const auto mode = store.text("mode", "0600");
  unsigned value = 0;
  const auto [end, error] = std::from_chars(mode.data(), mode.data() + mode.size(), value, 8);
  if (error != std::errc{} || end != mode.data() + mode.size() || (value & ~0666U) != 0 ||
      (value & 0600U) != 0600U) {
    store.mistake("mode", fmt::format("\"{}\" is not a valid file mode", mode),
                  "0600, or 0640 or 0660 for a group; folders also get the right to enter");
  } else {
    access.file_mode = value;
  }
  const auto group = store.text("group", "");
  if (group.empty()) return access;
  if (const auto* const found = ::getgrnam(group.c_str())) {
    access.group = found->gr_gid;
  } else {
    store.mistake("group", fmt::format("this host has no group \"{}\"", group));
  }
  return access;
}

RetentionConfig read_retention(TomlSection& store) {
  using namespace std::chrono_literals;
  constexpr auto day = std::chrono::milliseconds{24h};
  // Bounces come for a week, complaints for a month; a monthly digest waits a month for its posts.
  const auto read = [&](std::string_view key, RetentionConfig::Time fallback,
                        std::chrono::milliseconds least) {
    auto value = store.duration_or_forever(key, *fallback);
    if (!value || *value >= least) return value;
    store.mistake(key, fmt::format("{} = \"{}\" is too short", key, format_duration(*value)),
                  fmt::format("at least \"{}\", or \"forever\"", format_duration(least)));
    return fallback;
  };
  const RetentionConfig standard;
  return {.bodies = read("keep_bodies", standard.bodies, 7 * day),
          .deliveries = read("keep_deliveries", standard.deliveries, 35 * day),
          .posts = read("keep_posts", standard.posts, 70 * day),
          .log = read("keep_log", standard.log, 35 * day)};
}

SecretPlace read_secret(TomlSection& section, const std::string& key) {
  SecretPlace place{.file = section.path(key + "_file", ""),
                    .environment = section.text(key + "_env", ""),
                    .command = section.text(key + "_command", "")};
  const int count = static_cast<int>(!place.file.empty()) + static_cast<int>(!place.environment.empty()) +
                    static_cast<int>(!place.command.empty());
  if (count > 1)
    section.mistake(key + "_file",
                    fmt::format("only one of {0}_file, {0}_env and {0}_command may be set", key));
  return place;
}

std::int64_t read_size(TomlSection& section, std::string_view key, std::string_view fallback) {
  auto size = parse_size(section.text(key, std::string{fallback}));
  if (!size) section.mistake(key, size.error().what, size.error().hint);
  return size.value_or(0);
}

bool same_mailbox(const MailAddress& one, const MailAddress& other) {
  const auto mailbox = [](MailAddress address) {
    address.local = address.local.substr(0, address.local.find('+'));
    return address.key();
  };
  return mailbox(one) == mailbox(other);
}

}  // namespace tidings::config
