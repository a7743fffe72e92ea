// [[topic]]: what readers choose from.
#include <fmt/format.h>

#include "base/text.hpp"
#include "config/sections.hpp"

namespace tidings::config {
namespace {

constexpr std::size_t most_title_bytes = 200;

/// A line that readers see.
std::string read_words(TomlSection& section, std::string_view key, const std::string& fallback) {
  auto words = section.filled_text(key, fallback);
  if (words.size() > most_title_bytes || words.find_first_of("\n\t") != std::string::npos) {
    section.mistake(key, fmt::format("{} is one line of at most {} bytes", key, most_title_bytes));
  }
  return words;
}

}  // namespace

std::vector<TopicConfig> read_topics(TomlDocument& document) {
  std::vector<TopicConfig> topics;
  std::set<std::string> taken;
  for (auto& section : document.sections("topic")) {
    TopicConfig topic;
    topic.name = collapse_blanks(section.required_text("name", "boats"));
    if (topic.name.size() > most_title_bytes || topic.name.find_first_of(";,\n") != std::string::npos) {
      section.mistake(
          "name", fmt::format("\"{}\" is not a topic", truncate_utf8(topic.name, 60)),
          "one line without semicolon and comma, as in topics of [[source]] or a post's category");
    }
    if (!topic.name.empty() && !taken.insert(fold_case(topic.name)).second)
      section.mistake("name", fmt::format("there are two topics named \"{}\"", topic.name),
                      "names must be unique");
    topic.title = read_words(section, "title", topic.name);
    topic.description = read_words(section, "description", "");
    section.finish();
    topics.push_back(std::move(topic));
  }
  return topics;
}

}  // namespace tidings::config
