// [[digest.section]]: posts of an edition under a heading of their own.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/sections.hpp"

namespace tidings::config {
namespace {

const std::array<Choice<digest::Layout>, 6> layouts{{{"usual", digest::Layout::usual},
                                                     {"lead", digest::Layout::lead},
                                                     {"list", digest::Layout::list},
                                                     {"grid", digest::Layout::grid},
                                                     {"links", digest::Layout::links},
                                                     {"events", digest::Layout::events}}};

/// The digest takes posts from each of them.
void check_sources(TomlSection& section, const std::vector<std::string>& names, const DigestConfig& digest) {
  for (const auto& name : names) {
    if (digest.takes(name)) continue;
    section.mistake("sources", fmt::format("digest \"{}\" takes no posts from \"{}\"", digest.name, name),
                    fmt::format("its sources are {}", join(digest.sources, ", ")));
  }
}

/// Those that the configuration gives to posts; others may be tags of theirs.
std::vector<std::string> known_topics(const DigestConfig& digest, const DigestSurroundings& around) {
  auto topics = digest.topics;
  for (const auto& source : around.sources)
    topics.insert(topics.end(), source.topics.begin(), source.topics.end());
  for (const auto& rule : around.rules) {
    if (!rule.rule.topic.empty()) topics.push_back(rule.rule.topic);
  }
  for (auto& topic : topics) topic = fold_case(topic);
  return topics;
}

void doubt_topics(TomlSection& section, const std::vector<std::string>& wanted,
                  const std::vector<std::string>& known) {
  for (const auto& topic : wanted) {
    if (std::ranges::find(known, fold_case(topic)) != known.end()) continue;
    auto hint = did_you_mean(fold_case(topic), known);
    if (hint.empty()) hint = "only posts that are tagged so by their feed come here";
    section.doubt("topics", fmt::format("no source and no rule has the topic \"{}\"", topic), hint);
  }
}

constexpr int usual_days = 14;
constexpr int most_days = 60;  // app/collect knows a calendar at least so far ahead

int read_days(TomlSection& section, digest::Layout layout) {
  const int days = section.integer("days", usual_days, 1, most_days);
  if (layout == digest::Layout::events) return days;
  if (days != usual_days) section.doubt("days", "days means nothing without layout = \"events\"", "");
  return 0;
}

/// What an editor and a report call it.
std::string name_of(const digest::Section& section, std::string_view language) {
  auto title = collapse_blanks(section.title(language, {}));
  return title.empty() ? std::string{digest::name_of(section.layout)} : title;
}

void check_unique(TomlSection& section, const digest::Section& read,
                  const std::vector<digest::Section>& before) {
  if (std::ranges::find(before, read.name, &digest::Section::name) != before.end()) {
    section.mistake("title", fmt::format("there are two sections \"{}\"", read.name),
                    "titles tell them apart; a section without a title is called by its layout");
  }
  if (read.takes_the_rest() && std::ranges::any_of(before, &digest::Section::takes_the_rest)) {
    section.mistake("sources", fmt::format("section \"{}\" can have no posts", read.name),
                    "another section takes all the rest: say sources or topics");
  }
}

}  // namespace

std::vector<digest::Section> read_digest_sections(TomlSection& section, const DigestConfig& digest,
                                                  const DigestSurroundings& around) {
  std::vector<digest::Section> out;
  const auto topics = known_topics(digest, around);
  for (auto& table : section.tables("section")) {
    digest::Section read;
    read.titles = table.translations("title");
    read.sources = read_source_names(table, around.sources);
    read.topics = table.texts("topics");
    if (const auto most = table.limit("max_posts", 0, 10'000); most > 0)
      read.max_posts = static_cast<std::size_t>(most);
    read.layout = table.choice("layout", layouts);
    read.days = read_days(table, read.layout);
    read.name = name_of(read, around.newsletter.language);
    check_sources(table, read.sources, digest);
    doubt_topics(table, read.topics, topics);
    check_unique(table, read, out);
    table.finish();
    out.push_back(std::move(read));
  }
  return out;
}

}  // namespace tidings::config
