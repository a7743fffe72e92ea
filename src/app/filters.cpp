#include "app/filters.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "source/feed_command.hpp"
#include "source/filter_cache.hpp"
#include "source/html_text.hpp"

namespace tidings::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_text = 20'000;
constexpr std::size_t longest_title = 500;
constexpr std::size_t most_topics = 20;

std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json time_of(const std::optional<UtcTime>& time) {
  return time ? Json(format_rfc3339(*time)) : Json(nullptr);
}

/// The post as a program sees it, but for its id.
Json question_of(const config::SourceConfig& source, const source::Entry& entry) {
  const auto plain = [](const std::string& html) {
    return std::string{truncate_utf8(source::plain_text_of_html(html), longest_text)};
  };
  return {{"source", source.spec.name},
          {"title", entry.title},
          {"link", entry.link},
          {"author", entry.author},
          {"published", time_of(entry.published)},
          {"language", entry.language},
          {"categories", entry.categories},
          {"summary", plain(entry.summary_html)},
          {"text", plain(entry.content_html.empty() ? entry.summary_html : entry.content_html)}};
}

/// A text of the answer; nothing if it is not there or no text.
std::optional<std::string> text_of(const Json& answer, const char* key) {
  const auto found = answer.find(key);
  if (found == answer.end() || !found->is_string()) return std::nullopt;
  return clean_utf8(found->get<std::string>());
}

bool is_true(const Json& answer, const char* key) {
  const auto found = answer.find(key);
  return found != answer.end() && found->is_boolean() && found->get<bool>();
}

void apply(const Json& answer, const std::string& filter, source::Entry& entry) {
  if (auto title = text_of(answer, "title"); title && !trim(*title).empty())
    entry.title = truncate_utf8(collapse_blanks(*title), longest_title);
  if (auto summary = text_of(answer, "summary")) {
    entry.summary_html = escape_html(truncate_utf8(*summary, longest_text));
  }
  if (const auto topics = answer.find("topics"); topics != answer.end() && topics->is_array()) {
    std::size_t taken = 0;
    for (const auto& each : *topics) {
      if (!each.is_string() || taken++ >= most_topics) continue;
      auto topic = collapse_blanks(clean_utf8(each.get<std::string>()));
      const bool is_new = std::ranges::find(entry.categories, topic) == entry.categories.end();
      if (!topic.empty() && topic.size() <= 200 && is_new) entry.categories.push_back(std::move(topic));
    }
  }
  if (is_true(answer, "pin")) entry.pinned = true;
  if (is_true(answer, "drop")) {
    const auto why = collapse_blanks(text_of(answer, "reason").value_or(""));
    entry.dropped = "filter " + filter + (why.empty() ? "" : ": " + std::string{truncate_utf8(why, 200)});
  }
}

/// A post that the program has to be asked about.
struct Asked {
  source::Entry* entry = nullptr;
  Json question;
  std::string key;
};

class Filter {
 public:
  Filter(const config::Config& config, const config::FilterConfig& filter, store::Database& database,
         UtcTime now)
      : config_(config), filter_(filter), cache_(database), now_(now) {}

  Result<std::vector<std::string>> run(const config::SourceConfig& source, source::Feed& feed) {
    std::vector<Asked> asked;
    for (auto& entry : feed.entries) {
      if (!entry.dropped.empty()) continue;
      auto question = question_of(source, entry);
      auto key = hex_encode(sha256(join(filter_.command, "\n") + "\n" + dumped(question)));
      TIDINGS_LET(const auto known, cache_.find(key, now_));
      if (known) {
        apply(Json::parse(*known, nullptr, false), filter_.name, entry);
      } else if (static_cast<int>(asked.size()) < filter_.max_posts) {
        asked.push_back({.entry = &entry, .question = std::move(question), .key = std::move(key)});
      }
    }
    if (!asked.empty()) TIDINGS_TRY(ask(asked));
    return std::move(wrong_);
  }

 private:
  Result<void> ask(std::vector<Asked>& asked) {
    std::string input;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      Json line{{"id", i}};
      line.update(asked[i].question);
      input += dumped(line) + "\n";
    }
    const auto output = source::output_of_command(filter_.command, {.timeout = filter_.timeout,
                                                                    .max_bytes = filter_.max_bytes,
                                                                    .folder = config_.folder,
                                                                    .input = std::move(input)});
    if (!output) {
      wrong_.push_back(
          fmt::format("filter {}: {}; the posts stay as they are", filter_.name, output.error().what));
      return {};
    }
    const auto answers = answers_of(*output, asked.size());
    TIDINGS_TRY(cache_.forget_old(now_));
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const auto found = answers.find(i);
      const auto answer = found == answers.end() ? Json::object() : found->second;
      apply(answer, filter_.name, *asked[i].entry);
      TIDINGS_TRY(cache_.keep(asked[i].key, dumped(answer), now_));
    }
    return {};
  }

  /// By id; the last line counts.
  std::map<std::size_t, Json> answers_of(std::string_view output, std::size_t count) {
    std::map<std::size_t, Json> answers;
    int number = 0;
    int bad = 0;
    for (const auto line : split(output, '\n')) {
      ++number;
      if (trim(line).empty()) continue;
      auto answer = Json::parse(line, nullptr, false);
      const bool has_id = answer.is_object() && answer.contains("id") && answer["id"].is_number_unsigned();
      if (has_id && answer["id"].get<std::size_t>() < count) {
        const auto id = answer["id"].get<std::size_t>();
        answer.erase("id");
        answers[id] = std::move(answer);
      } else if (++bad == 1) {
        wrong_.push_back(
            fmt::format("filter {}: line {} of its answer is not a JSON object with the \"id\" of a post",
                        filter_.name, number));
      }
    }
    return answers;
  }

  const config::Config& config_;
  const config::FilterConfig& filter_;
  source::FilterCache cache_;
  UtcTime now_;
  std::vector<std::string> wrong_;
};

}  // namespace

Result<std::vector<std::string>> run_filters(const config::Config& config, const config::SourceConfig& source,
                                             store::Database& database, source::Feed& feed, UtcTime now) {
  std::vector<std::string> wrong;
  for (const auto& filter : config.filters) {
    const auto& names = filter.sources;
    if (!names.empty() && std::ranges::find(names, source.spec.name) == names.end()) continue;
    TIDINGS_LET(auto told, Filter(config, filter, database, now).run(source, feed));
    std::ranges::move(told, std::back_inserter(wrong));
  }
  return wrong;
}

}  // namespace tidings::app
