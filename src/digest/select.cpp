#include "digest/select.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <regex>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace tidings::digest {

// ---- patterns -------------------------------------------------------------------------------------------------------

struct TitlePattern::Compiled {
  std::wregex regex;
};

namespace {

// std::regex recurses over its input; no headline is that long.
constexpr std::size_t title_limit = 500;
constexpr std::size_t short_title_key = 8;

/// Code points one by one (wchar_t has 32 bits here), so that classes and dots see letters and not bytes.
std::wstring wide(std::string_view text, std::size_t limit) {
  std::wstring out;
  for (std::size_t at = 0; at < text.size() && out.size() < limit;) {
    out.push_back(static_cast<wchar_t>(next_code_point(text, at)));
  }
  return out;
}

/// Letters outside ASCII in lower case; ASCII stays, because \W and \w differ in nothing else.
std::string fold_beyond_ascii(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (next_code_point(text, at) < 0x80) {
      out += text.substr(start, at - start);
    } else {
      out += fold_case(text.substr(start, at - start));
    }
  }
  return out;
}

}  // namespace

Result<TitlePattern> TitlePattern::compile(std::string_view pattern) {
  try {
    TitlePattern out;
    out.compiled_ = std::make_shared<const Compiled>(Compiled{
        std::wregex{wide(fold_beyond_ascii(pattern), pattern.size()), std::regex::ECMAScript | std::regex::icase}});
    return out;
  } catch (const std::regex_error& error) {
    return fail(Errc::config, fmt::format("pattern \"{}\": {}", pattern, error.what()),
                "it is an ECMAScript regular expression; write \\\\ for a backslash between double quotes");
  }
}

bool TitlePattern::found_in(std::string_view title) const {
  try {
    return std::regex_search(wide(fold_beyond_ascii(title), title_limit), compiled_->regex);
  } catch (const std::regex_error&) {
    return false;  // too complex for this title
  }
}

// ---- one candidate by itself ----------------------------------------------------------------------------------------

namespace {

const SourceTopics* source_of(const Candidate& candidate, const SelectOptions& options) {
  const auto found = std::find_if(options.sources.begin(), options.sources.end(),
                                  [&](const SourceTopics& source) { return source.name == candidate.source_name; });
  return found == options.sources.end() ? nullptr : &*found;
}

/// Folded topics of its source and its own tags.
std::set<std::string> topics_of(const Candidate& candidate, const SelectOptions& options) {
  std::set<std::string> out;
  if (const auto* const source = source_of(candidate, options)) {
    for (const auto& topic : source->topics) out.insert(fold_case(topic));
  }
  for (const auto& tag : candidate.tags) out.insert(fold_case(tag));
  return out;
}

bool topics_match(const Candidate& candidate, const SelectOptions& options) {
  if (options.only_topics.empty()) return true;
  const auto topics = topics_of(candidate, options);
  return std::any_of(options.only_topics.begin(), options.only_topics.end(),
                     [&](const std::string& topic) { return topics.contains(fold_case(topic)); });
}

bool source_matches(const Candidate& candidate, const SelectOptions& options) {
  if (!options.sources.empty() && source_of(candidate, options) == nullptr) return false;
  return options.only_sources.empty() ||
         std::find(options.only_sources.begin(), options.only_sources.end(), candidate.source_name) !=
             options.only_sources.end();
}

}  // namespace

std::optional<LeftOut> judge(const Candidate& candidate, const SelectOptions& options, const SelectBounds& bounds) {
  if (candidate.first_seen >= bounds.cut) return LeftOut::too_new;
  if (candidate.dated() && *candidate.published >= bounds.until) return LeftOut::too_new;
  if (candidate.first_seen < bounds.origin_cut && candidate.date() < bounds.origin_from) {
    return LeftOut::before_first_edition;
  }
  const auto oldest = candidate.first_seen < bounds.judged_cut ? bounds.oldest_judged : bounds.oldest;
  if (candidate.dated() && *candidate.published < oldest) return LeftOut::too_old;
  if (!source_matches(candidate, options)) return LeftOut::source;
  if (!topics_match(candidate, options)) return LeftOut::topic;
  if (options.include && !options.include->found_in(candidate.title)) return LeftOut::pattern;
  if (options.exclude && options.exclude->found_in(candidate.title)) return LeftOut::pattern;
  return std::nullopt;
}

// ---- the same article twice -----------------------------------------------------------------------------------------

bool names_an_article(std::string_view link_key) { return link_key.find_first_of("/?") != std::string_view::npos; }

namespace {

using Cluster = std::vector<Candidate>;

/// The first stands for the article.
bool stands_before(const Candidate& a, const Candidate& b) {
  return std::tuple{!a.pinned, a.date(), a.first_seen, a.id} < std::tuple{!b.pinned, b.date(), b.first_seen, b.id};
}

bool link_key_joins(const Candidate& post) { return !post.link_shared && names_an_article(post.link_key); }

bool title_key_joins(const Candidate& post) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < post.title_key.size(); ++length) static_cast<void>(next_code_point(post.title_key, at));
  return length >= short_title_key;
}

/// Clusters of posts that are one article. Two posts of one source never meet in a cluster.
class Joiner {
 public:
  explicit Joiner(std::vector<const Candidate*> posts) : posts_(std::move(posts)), cluster_of_(posts_.size()) {
    for (const auto* const post : posts_) clusters_.push_back({*post});
    std::iota(cluster_of_.begin(), cluster_of_.end(), std::size_t{0});
  }

  void join_by(const std::string Candidate::*key, bool (*joins)(const Candidate&)) {
    std::map<std::string_view, std::vector<std::size_t>> by_key;
    for (std::size_t i = 0; i < posts_.size(); ++i) {
      if (joins(*posts_[i])) by_key[posts_[i]->*key].push_back(i);
    }
    for (const auto& [name, members] : by_key) {
      std::set<SourceId> sources;
      for (const auto member : members) sources.insert(posts_[member]->source);
      if (sources.size() < members.size()) continue;  // one source uses the key for two posts: it names no article
      for (std::size_t i = 1; i < members.size(); ++i) merge(members[0], members[i]);
    }
  }

  /// The articles, each with the post that stands for it in front.
  [[nodiscard]] std::vector<Cluster> articles() && {
    std::erase_if(clusters_, [](const Cluster& cluster) { return cluster.empty(); });
    for (auto& cluster : clusters_) std::sort(cluster.begin(), cluster.end(), stands_before);
    return std::move(clusters_);
  }

 private:
  void merge(std::size_t a, std::size_t b) {
    auto& into = clusters_[cluster_of_[a]];
    auto& from = clusters_[cluster_of_[b]];
    if (&into == &from) return;
    for (const auto& x : into) {
      for (const auto& y : from) {
        if (x.source == y.source) return;
      }
    }
    into.insert(into.end(), from.begin(), from.end());
    from.clear();
    const auto emptied = cluster_of_[b];
    for (auto& index : cluster_of_) {
      if (index == emptied) index = cluster_of_[a];
    }
  }

  std::vector<const Candidate*> posts_;
  std::vector<std::size_t> cluster_of_;
  std::vector<Cluster> clusters_;
};

/// Heavier sources first, then as configured, unknown ones last.
std::pair<int, std::size_t> source_rank(const Selected& post, const SelectOptions& options) {
  for (std::size_t i = 0; i < options.sources.size(); ++i) {
    if (options.sources[i].name == post.source_name) return {-options.sources[i].weight, i};
  }
  return {0, options.sources.size()};
}

}  // namespace

Selected join(std::span<const Candidate> posts, const SelectOptions& options) {
  TIDINGS_CHECK(!posts.empty());
  const Candidate& first = posts.front();
  Selected out{.id = first.id, .source = first.source, .source_name = first.source_name, .joined = {}, .also_from = {},
               .topics = {}, .date = first.date(), .pinned = first.pinned};
  std::set<std::string> topics;
  for (const auto& post : posts) {
    topics.merge(topics_of(post, options));
    if (&post == &first) continue;
    out.joined.push_back(post.id);
    out.also_from.push_back(post.source);
  }
  out.topics.assign(topics.begin(), topics.end());
  return out;
}

void sort_for_reading(std::vector<Selected>& posts, const SelectOptions& options) {
  std::sort(posts.begin(), posts.end(), [&options](const Selected& a, const Selected& b) {
    if (a.pinned != b.pinned) return a.pinned;
    if (options.order == Order::oldest) return std::tuple{a.date, a.id} < std::tuple{b.date, b.id};
    if (options.order == Order::source && a.source_name != b.source_name) {
      return source_rank(a, options) < source_rank(b, options);
    }
    return std::tuple{b.date, b.id} < std::tuple{a.date, a.id};
  });
}

Selection select(std::span<const Candidate> candidates, const SelectOptions& options, const SelectBounds& bounds) {
  Selection out;
  std::vector<const Candidate*> fresh;
  for (const auto& candidate : candidates) {
    if (const auto why = judge(candidate, options, bounds)) {
      out.left_out.push_back({.id = candidate.id, .why = *why, .joined = {}});
    } else if (candidate.repeat_of) {
      out.repeats.push_back({.id = candidate.id, .of = *candidate.repeat_of});
    } else {
      fresh.push_back(&candidate);
    }
  }
  Joiner joiner{std::move(fresh)};
  joiner.join_by(&Candidate::link_key, link_key_joins);
  joiner.join_by(&Candidate::title_key, title_key_joins);
  std::vector<Selected> posts;
  for (const auto& article : std::move(joiner).articles()) posts.push_back(join(article, options));

  if (posts.size() < std::max<std::size_t>(1, options.min_posts)) {
    out.skipped = posts.empty() ? "no posts"
                                : fmt::format("{}, min_posts is {}", plural(static_cast<long long>(posts.size()), "post"),
                                              options.min_posts);
    out.repeats.clear();
    return out;
  }
  sort_for_reading(posts, options);
  const std::size_t kept =
      options.max_posts ? std::min(posts.size(), std::max<std::size_t>(1, *options.max_posts)) : posts.size();
  for (std::size_t i = 0; i < posts.size(); ++i) {
    if (i < kept) {
      out.posts.push_back(std::move(posts[i]));
    } else if (options.overflow == Overflow::list) {
      out.more.push_back(std::move(posts[i]));
    } else {
      out.left_out.push_back({.id = posts[i].id, .why = LeftOut::cut_by_max_posts, .joined = std::move(posts[i].joined)});
    }
  }
  return out;
}

// ---- groups ---------------------------------------------------------------------------------------------------------

namespace {

std::string day_key(UtcTime date, const Zone& zone) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(zone.to_local(date))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string topic_key(const GroupInput& post, std::span<const std::string> topic_order) {
  const auto has = [&](const std::string& topic) {
    return std::any_of(post.topics.begin(), post.topics.end(),
                       [&](const std::string& own) { return fold_case(own) == fold_case(topic); });
  };
  const auto found = std::find_if(topic_order.begin(), topic_order.end(), has);
  return found == topic_order.end() ? std::string{} : *found;
}

std::string key_of(const GroupInput& post, GroupBy by, const Zone& zone, std::span<const std::string> topic_order) {
  switch (by) {
    case GroupBy::day: return day_key(post.date, zone);
    case GroupBy::source: return post.source_name;
    case GroupBy::topic: return topic_key(post, topic_order);
    case GroupBy::none: break;
  }
  return {};
}

}  // namespace

std::vector<Group> group(std::span<const GroupInput> posts, GroupBy by, const Zone& zone,
                         std::span<const std::string> topic_order) {
  std::vector<Group> out;
  std::map<std::pair<bool, std::string>, std::size_t> known;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const bool pinned = posts[i].pinned;
    const auto key = pinned ? std::string{} : key_of(posts[i], by, zone, topic_order);
    const auto [place, fresh] = known.try_emplace({pinned, key}, out.size());
    if (fresh) out.push_back({.key = key, .pinned = pinned, .posts = {}});
    out[place->second].posts.push_back(i);
  }
  return out;
}

// ---- names ----------------------------------------------------------------------------------------------------------

namespace {

template <class Value>
Result<Value> parse_name(std::string_view what, std::string_view name, std::span<const std::string> known) {
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i] == name) return static_cast<Value>(i);
  }
  const auto near = did_you_mean(name, known);
  return fail(Errc::config, fmt::format("{} \"{}\" is not known", what, name),
              near.empty() ? "it is one of " + tidings::join(known, ", ") : near);
}

}  // namespace

Result<Order> parse_order(std::string_view name) {
  static const std::vector<std::string> known{"newest", "oldest", "source"};
  return parse_name<Order>("order", name, known);
}

Result<GroupBy> parse_group_by(std::string_view name) {
  static const std::vector<std::string> known{"day", "source", "topic", "none"};
  return parse_name<GroupBy>("group_by", name, known);
}

Result<Overflow> parse_overflow(std::string_view name) {
  static const std::vector<std::string> known{"wait", "list"};
  return parse_name<Overflow>("overflow", name, known);
}

std::string_view name_of(LeftOut why) {
  switch (why) {
    case LeftOut::cut_by_max_posts: return "cut by max_posts";
    case LeftOut::too_old: return "older than max_age";
    case LeftOut::too_new: return "not in this period yet";
    case LeftOut::before_first_edition: return "older than the digest";
    case LeftOut::source: return "source not in this digest";
    case LeftOut::topic: return "topic not in this digest";
    case LeftOut::pattern: return "title pattern";
  }
  return "";
}

}  // namespace tidings::digest
