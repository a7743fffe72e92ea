#include "cli/help.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::cli {
namespace {

constexpr int columns = 80;
constexpr int about_column = 26;

constexpr auto examples = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"tidings init", "tidings init ~/newsletter"},
    {"tidings collect", "tidings collect harbour"},
    {"tidings compose", "tidings compose --due"},
    {"tidings deliver", "tidings deliver weekly#12 --time-budget 10m"},
    {"tidings send", "tidings send --due"},
    {"tidings preview", "tidings preview weekly --to preview"},
    {"tidings test", "tidings test weekly you@example.org"},
    {"tidings run", "tidings -v run"},
    {"tidings rehearse", "tidings rehearse --until 2026-02-01T00:00:00Z --to-dir mails"},
    {"tidings report", "tidings report weekly#12 --html report.html"},
    {"tidings status", "tidings status --json"},
    {"tidings doctor", "tidings doctor --smtp --dns"},
    {"tidings source list", "tidings source list --json"},
    {"tidings source check", "tidings source check https://blog.example.org"},
    {"tidings source import", "tidings source import subscriptions.opml --append"},
    {"tidings source export", "tidings source export"},
    {"tidings feed parse", "tidings feed parse feed.xml --base-url https://blog.example.org/feed"},
    {"tidings feed article", "tidings feed article page.html --base-url https://blog.example.org/1"},
    {"tidings html sanitize", "tidings html sanitize < article.html"},
    {"tidings html text", "tidings html text --width 60 < article.html"},
    {"tidings post list", "tidings post list --source harbour --limit 10"},
    {"tidings post show", "tidings post show 12"},
    {"tidings post add", "tidings post add --markdown-file notice.md --topic sea"},
    {"tidings post release", "tidings post release --source harbour"},
    {"tidings post hide", "tidings post hide 12"},
    {"tidings post unhide", "tidings post unhide 12"},
    {"tidings post pin", "tidings post pin 12"},
    {"tidings post unpin", "tidings post unpin 12"},
    {"tidings digest list", "tidings digest list"},
    {"tidings edition list", "tidings edition list --digest weekly"},
    {"tidings edition show", "tidings edition show weekly#12"},
    {"tidings edition edit", "tidings edition edit weekly --drop 7"},
    {"tidings edition export", "tidings edition export weekly#12 --epub weekly12.epub"},
    {"tidings edition approve", "tidings edition approve weekly#12"},
    {"tidings edition cancel", "tidings edition cancel weekly#12 --reason \"wrong week\""},
    {"tidings archive build", "tidings archive build public/archive"},
    {"tidings subscriber add", "tidings subscriber add ada@example.org --name Ada --digest weekly"},
    {"tidings subscriber set", "tidings subscriber set ada@example.org --cadence weekly"},
    {"tidings subscriber pause", "tidings subscriber pause ada@example.org --until 2027-01-15"},
    {"tidings subscriber resume", "tidings subscriber resume ada@example.org"},
    {"tidings subscriber reconfirm", "tidings subscriber reconfirm --confirmed-before 2024-01-01"},
    {"tidings subscriber unsubscribe", "tidings subscriber unsubscribe ada@example.org"},
    {"tidings subscriber confirm", "tidings subscriber confirm ada@example.org"},
    {"tidings subscriber erase", "tidings subscriber erase ada@example.org"},
    {"tidings subscriber list", "tidings subscriber list --status pending"},
    {"tidings subscriber show", "tidings subscriber show ada@example.org"},
    {"tidings subscriber export", "tidings subscriber export list.csv"},
    {"tidings subscriber import", "tidings subscriber import list.csv --confirmed --dry-run"},
    {"tidings subscriber sync", "tidings subscriber sync members.csv --digest weekly --dry-run"},
    {"tidings keys rotate", "tidings keys rotate"},
    {"tidings suppression list", "tidings suppression list"},
    {"tidings suppression add", "tidings suppression add @example.net --reason \"asked by letter\""},
    {"tidings suppression remove", "tidings suppression remove ada@example.org"},
    {"tidings serve", "tidings serve --threads 4"},
    {"tidings cgi", "tidings --config /etc/tidings/config.toml cgi"},
    {"tidings delivery list", "tidings delivery list --edition weekly#12 --state failed"},
    {"tidings delivery retry", "tidings delivery retry weekly#12 --state failed"},
    {"tidings delivery resolve", "tidings delivery resolve weekly#12 --sent"},
    {"tidings bounce parse", "tidings bounce parse report.eml"},
    {"tidings bounce ingest", "tidings bounce ingest --maildir ~/Maildir"},
    {"tidings template check", "tidings template check magazine --variables"},
    {"tidings template render", "tidings template render note.mustache --data note.json"},
    {"tidings dkim keygen", "tidings dkim keygen dkim-ed.pem --ed25519"},
    {"tidings dkim record", "tidings dkim record"},
    {"tidings config show", "tidings config show --changed"},
    {"tidings config check", "tidings --config /etc/tidings/config.toml config check"},
    {"tidings db check", "tidings db check --mend"},
    {"tidings db backup", "tidings db backup /var/backups/tidings/ --keep 14"},
    {"tidings db prune", "tidings db prune --dry-run"},
    {"tidings db restore", "tidings db restore /var/backups/tidings.db"},
    {"tidings db copy", "tidings db copy subscribers/tidings.db postgresql:///news"},
    {"tidings db migrate", "tidings db migrate"},
    {"tidings db adopt", "tidings db adopt"},
    {"tidings completion", "tidings completion bash > tidings.bash"},
    {"tidings commands", "tidings commands"},
});

/// `first` begins the first line, blanks the others; a word longer than a line stays whole.
std::string wrap(std::string_view text, std::string first, int indent) {
  std::string out;
  auto line = std::move(first);
  bool empty = true;
  for (const auto word : split(text, ' ')) {
    if (word.empty()) continue;
    if (!empty && display_width(line) + 1 + display_width(word) > columns) {
      out += line + "\n";
      line.assign(static_cast<std::size_t>(indent), ' ');
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
  }
  return out + line + "\n";
}

/// A name and its meaning: beside it, or below it if the name is long.
std::string entry(std::string_view name, std::string_view about) {
  auto first = fmt::format("  {}", name);
  if (display_width(first) + 2 > about_column) {
    return first + "\n" + wrap(about, std::string(about_column, ' '), about_column);
  }
  first.append(static_cast<std::size_t>(about_column - display_width(first)), ' ');
  return wrap(about, std::move(first), about_column);
}

std::string entry_of(const OptionInfo& option) {
  auto name = option.flags.empty() ? option.value : join(option.flags, ", ");
  if (!option.flags.empty() && !option.value.empty()) name += " " + option.value;
  if (option.several) name += " ...";
  auto about = option.about;
  if (option.required) about += " (required)";
  if (!option.default_value.empty()) about += fmt::format(" [{}]", option.default_value);
  std::vector<std::string> unsaid;
  for (const auto& word : option.choices) {
    if (option.about.find(word) == std::string::npos) unsaid.push_back(word);
  }
  if (!unsaid.empty()) about += fmt::format(" ({})", join(option.choices, ", "));
  return entry(name, about);
}

std::string entries_of(const CommandInfo& command) {
  std::string out;
  for (const auto& option : command.options) {
    if (option.flags.empty()) out += entry_of(option);
  }
  for (const auto& option : command.options) {
    if (!option.flags.empty()) out += entry_of(option);
  }
  return out;
}

}  // namespace

std::string_view example_of(std::string_view path) {
  const auto* const found =
      std::ranges::find(examples, path, &std::pair<std::string_view, std::string_view>::first);
  return found == examples.end() ? std::string_view{} : found->second;
}

std::string usage_of(const CommandInfo& command) {
  auto usage = command.path;
  if (!command.children.empty()) return usage + " COMMAND";
  if (command.options.size() > 1 || command.options.empty() || command.options.front().flags.empty()) {
    if (std::ranges::any_of(command.options, [](const OptionInfo& each) { return !each.flags.empty(); })) {
      usage += " [OPTIONS]";
    }
  }
  for (const auto& option : command.options) {
    if (!option.flags.empty()) {
      if (option.required) usage += fmt::format(" {} {}", option.flags.back(), option.value);
      continue;
    }
    const auto name = option.value + (option.several ? "..." : "");
    usage += option.required ? " " + name : fmt::format(" [{}]", name);
  }
  return usage;
}

std::string help_of(const CommandInfo& command, std::string_view footer) {
  const bool is_program = command.path == command.name;
  auto out = wrap(command.about, {}, 0) + wrap(usage_of(command), "Usage: ", 7) + "\n";
  if (!command.children.empty()) {
    for (const auto& child : command.children) {
      if (!child.hidden) out += entry(child.name, child.about);
    }
    out += "\n";
  }
  out += entries_of(command);
  if (const auto example = example_of(command.path); !example.empty()) {
    out += fmt::format("\nExample: {}\n", example);
  }
  if (is_program) {
    out +=
        "\nLonger than a screen: \"tidings --help | less\" shows it page by page.\n\n" + wrap(footer, {}, 0);
  } else if (!command.children.empty()) {
    out += fmt::format("\n\"{} COMMAND --help\" tells more of each.\n", command.path);
  }
  return out;
}

}  // namespace tidings::cli
