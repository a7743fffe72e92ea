#include "config/sections.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "config/theme_files.hpp"

namespace tidings::config {
namespace {

constexpr std::int64_t max_images_bytes = 6LL * 1024 * 1024;

using Content = DigestConfig::Content;
using Unapproved = DigestConfig::Unapproved;

const std::array<Choice<digest::Overflow>, 2> overflows{
    {{"wait", digest::Overflow::wait}, {"list", digest::Overflow::list}}};
const std::array<Choice<digest::GroupBy>, 4> groupings{{{"day", digest::GroupBy::day},
                                                        {"source", digest::GroupBy::source},
                                                        {"topic", digest::GroupBy::topic},
                                                        {"none", digest::GroupBy::none}}};
/// One order has two names: sources that have no weight are ordered as they are configured.
const std::array<Choice<digest::Order>, 5> orders{{{"newest", digest::Order::newest},
                                                   {"oldest", digest::Order::oldest},
                                                   {"source", digest::Order::source},
                                                   {"cited", digest::Order::cited},
                                                   {"weight", digest::Order::source}}};
const std::array<Choice<Content>, 3> contents{
    {{"excerpt", Content::excerpt}, {"full", Content::full}, {"title", Content::title}}};
const std::array<Choice<DigestConfig::Campaign>, 2> campaigns{
    {{"off", DigestConfig::Campaign::off}, {"utm", DigestConfig::Campaign::utm}}};
const std::array<Choice<Unapproved>, 2> unapproved{{{"hold", Unapproved::hold}, {"send", Unapproved::send}}};

const std::array<Choice<SignUp>, 3> sign_ups{
    {{"default", SignUp::preset}, {"offered", SignUp::offered}, {"hidden", SignUp::hidden}}};
const std::array<Choice<message::Contents>, 4> contents_places{{{"auto", message::Contents::automatic},
                                                                {"always", message::Contents::always},
                                                                {"never", message::Contents::never},
                                                                {"end", message::Contents::end}}};
const std::array<Choice<DigestConfig::TextLinks>, 2> text_links{
    {{"none", DigestConfig::TextLinks::none}, {"footnotes", DigestConfig::TextLinks::footnotes}}};

/// The schedule's own text in place of a default: a digest without one is a mistake that is told anyway.
digest::Schedule read_schedule(TomlSection& section, const std::string& text) {
  auto parsed = digest::parse_schedule(text.empty() ? "daily 08:00" : text);
  if (parsed) return *parsed;
  section.mistake("schedule", parsed.error().what, parsed.error().hint);
  return *digest::parse_schedule("daily 08:00");
}

/// How often a digest that follows posts may send.
void read_step(TomlSection& section, digest::Schedule& schedule) {
  using namespace std::chrono_literals;
  const auto step = section.optional_duration("at_least_every");
  if (!step) return;
  if (!schedule.follows_posts()) {
    section.mistake("at_least_every", "at_least_every goes with schedule = \"every post\"");
  } else if (*step < 1min || *step > 24h) {
    section.mistake("at_least_every", "at_least_every is not between a minute and a day",
                    "for example \"15m\"");
  } else {
    schedule.set_step(std::chrono::duration_cast<std::chrono::minutes>(*step));
  }
}

/// "weekly" of "news.example.org": a label below the newsletter's own.
std::string list_id_of(const std::string& digest, const std::string& newsletter) {
  auto label = replace_all(digest, "_", "-");
  while (label.starts_with('-')) label.erase(0, 1);
  while (label.ends_with('-')) label.pop_back();
  return (label.empty() ? "digest" : label) + "." + newsletter;
}

/// min_posts can be reached at all.
void check_share(TomlSection& section, const DigestConfig& digest, std::size_t all_sources) {
  const auto share = digest.max_per_source.value_or(0);
  const auto sources = static_cast<int>(digest.sources.empty() ? all_sources : digest.sources.size());
  if (share == 0 || share * sources >= digest.min_posts) return;
  section.mistake("max_per_source",
                  fmt::format("max_per_source = {} lets in {} of {}, and min_posts is {}", share,
                              plural(share * sources, "post"), plural(sources, "source"), digest.min_posts));
}

/// Who the digest is from and who gets answers, where they are not the newsletter's.
void read_people(TomlSection& section, const NewsletterConfig& newsletter, DigestConfig& digest) {
  digest.from = newsletter.from;
  digest.reply_to = newsletter.reply_to;
  if (const auto text = section.text("from", ""); !text.empty()) {
    digest.from = read_mailbox(section, "from", text);
    check_ascii(section, "from", digest.from.address);
  }
  if (const auto text = section.text("reply_to", ""); !text.empty()) {
    digest.reply_to = read_mailbox(section, "reply_to", text);
    check_ascii(section, "reply_to", digest.reply_to->address);
  }
}

/// The line that says Expires: a mail that has expired when it arrives is a mistake.
std::optional<std::chrono::milliseconds> read_expiry(TomlSection& section) {
  const auto expires = section.optional_duration("expires");
  if (expires && *expires < std::chrono::hours{1})
    section.mistake("expires", "expires is less than an hour", "for example expires = \"7d\"");
  return expires;
}

DigestConfig read_digest(TomlSection& section, std::set<std::string>& names, const DigestSurroundings& around,
                         const std::filesystem::path& folder) {
  const auto& newsletter = around.newsletter;
  const auto& brand = around.brand;
  const auto& sources = around.sources;
  static const std::array<std::string, 2> duplicates{"join", "keep"};
  static const std::array<std::string, 2> on_error{"send", "hold"};
  static const std::array<std::string, 2> images{"link", "inline"};
  const auto name = section.required_text("name", "weekly");
  check_name(section, name, names, "digest");
  auto title = section.filled_text("title", newsletter.name);
  auto list_id = section.filled_text("list_id", list_id_of(name, newsletter.list_id));
  const bool is_list_id =
      domain_to_ascii(list_id) && list_id.find('.') != std::string::npos && list_id.size() <= 255;
  if (section.has("list_id") && !is_list_id) {
    section.mistake("list_id", fmt::format("\"{}\" is not a list id", list_id),
                    "use a name under your domain, such as weekly.news.example.org");
  }
  const auto schedule_text = section.required_text("schedule", "weekly monday 08:00");
  DigestConfig digest{.name = name,
                      .title = std::move(title),
                      .list_id = std::move(list_id),
                      .schedule_text = schedule_text,
                      .schedule = read_schedule(section, schedule_text),
                      .local_time = section.boolean("local_time", false),
                      .sources = read_source_names(section, sources),
                      .topics = section.texts("topics"),
                      .filter = read_filter(section),
                      .min_posts = section.integer("min_posts", 1, 0, 10'000),
                      .max_posts = section.limit("max_posts", std::max(100, digest.min_posts), 10'000),
                      .max_per_source = section.limit_or_word("max_per_source", "fair", 10'000),
                      .overflow = section.choice("overflow", overflows),
                      .max_age = section.optional_duration("max_age"),
                      .group_by = section.choice("group_by", groupings),
                      .order = section.choice("order", orders),
                      .near_duplicates = section.one_of("near_duplicates", duplicates, 0) == 0,
                      .content = section.choice("content", contents),
                      .excerpt_words = section.integer("excerpt_words", 60, 5, 2'000),
                      .subject = section.text("subject", ""),
                      .preheader = section.text("preheader", ""),
                      .subject_place = section.place("subject"),
                      .preheader_place = section.place("preheader"),
                      .intro_file = section.path("intro_file", ""),
                      .intro_once = section.path("intro_once", ""),
                      .theme = section.text("theme", "default"),
                      .hold_on_source_error = section.one_of("on_source_error", on_error, 0) == 1,
                      .sign_up = section.choice("sign_up", sign_ups),
                      .late_joiners = section.optional_duration("late_joiners"),
                      .archive = section.boolean("archive", true),
                      .review = section.boolean("review", false),
                      .review_until = section.optional_duration("review_until"),
                      .unapproved = section.choice("unapproved", unapproved),
                      .inline_images = section.one_of("images", images, 0) == 1,
                      .measure_images = section.boolean("measure_images", true),
                      .image_limit_bytes = read_size(section, "image_limit", "256KiB"),
                      .images_limit_bytes = read_size(section, "images_limit", "1MiB"),
                      .contents = section.choice("contents", contents_places),
                      .text_links = section.choice("text_links", text_links),
                      .brand = brand,
                      .from = {},
                      .reply_to = {},
                      .expires = read_expiry(section),
                      .forwarded = section.boolean("forwarded", true),
                      .reading_time = section.boolean("reading_time", false),
                      .campaign = section.choice("campaign", campaigns),
                      .sections = {}};
  read_people(section, newsletter, digest);
  read_step(section, digest.schedule);
  if (digest.local_time && digest.schedule.follows_posts()) {
    section.mistake("local_time", "local_time needs a schedule with an hour, and \"every post\" has none",
                    "for example schedule = \"daily 08:00\"");
  }
  if (section.has("brand"))
    digest.brand = read_brand(section.table("brand", fmt::format("brand \"{}\"", name)), brand);
  if (digest.review_until && !digest.review)
    section.mistake("review_until", "review_until needs review = true", "review = true makes drafts");
  if (digest.unapproved == DigestConfig::Unapproved::send && !digest.review_until) {
    section.mistake("unapproved", "unapproved = \"send\" needs review_until",
                    "review_until = \"24h\" sets when a draft is sent without approval");
  }
  if (digest.images_limit_bytes > max_images_bytes) {
    section.mistake("images_limit",
                    fmt::format("images_limit is more than {}", format_size(max_images_bytes)),
                    "many mailbox providers refuse mail over 10 MB");
  }
  if (digest.max_posts != 0 && digest.max_posts < digest.min_posts)
    section.mistake("max_posts", "max_posts is less than min_posts");
  check_share(section, digest, sources.size());
  digest.sections = read_digest_sections(section, digest, around);
  const auto themes = known_themes(folder);
  if (std::ranges::find(themes, digest.theme) == themes.end()) {
    auto hint = did_you_mean(digest.theme, themes);
    if (hint.empty())
      hint =
          fmt::format("create the folder templates/{} or use one of: {}", digest.theme, join(themes, ", "));
    section.mistake("theme", fmt::format("there is no theme \"{}\"", digest.theme), std::move(hint));
  }
  section.finish();
  return digest;
}

bool is_same_set(std::vector<std::string> one, std::vector<std::string> other) {
  std::ranges::sort(one);
  std::ranges::sort(other);
  return one == other;
}

/// Who signs up gets one rhythm of the same posts: what the publisher says, else the first in the file.
void settle_sign_up(std::vector<TomlSection>& sections, std::vector<DigestConfig>& digests,
                    std::vector<Setting>& settings) {
  for (auto& digest : digests) digest.in_every = digest.sign_up == SignUp::preset;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    if (digests[i].sign_up != SignUp::preset) continue;
    const bool is_said = sections[i].has("sign_up");
    for (std::size_t other = 0; other < digests.size(); ++other) {
      const bool is_rival = other != i && digests[other].sign_up == SignUp::preset &&
                            bring_same_posts(digests[i], digests[other]);
      if (!is_rival) continue;
      const bool rival_is_said = sections[other].has("sign_up");
      if (is_said && rival_is_said && i < other) {
        sections[other].mistake(
            "sign_up",
            fmt::format("{} and {} bring the same posts, and both are sign_up = \"default\"", digests[i].name,
                        digests[other].name),
            "newcomers get one of them; let the other be \"offered\"");
      }
      if (!is_said && (rival_is_said || other < i)) digests[i].sign_up = SignUp::offered;
    }
    const auto setting = std::ranges::find_if(settings, [&](const Setting& each) {
      return each.section == sections[i].name() && each.key == "sign_up";
    });
    if (setting == settings.end()) continue;
    const auto* const said = std::ranges::find(sign_ups, digests[i].sign_up, &Choice<SignUp>::value);
    setting->value = fmt::format("\"{}\"", said->word);
  }
  const auto is_preset = [](const DigestConfig& each) { return each.sign_up == SignUp::preset; };
  if (!digests.empty() && std::ranges::none_of(digests, is_preset)) {
    sections.front().mistake("sign_up", "no digest is sign_up = \"default\": newcomers would get nothing",
                             "let one of them be what people get if they do not choose");
  }
}

}  // namespace

bool bring_same_posts(const DigestConfig& one, const DigestConfig& other) {
  return is_same_set(one.sources, other.sources) && is_same_set(one.topics, other.topics) &&
         one.filter.include == other.filter.include && one.filter.exclude == other.filter.exclude;
}

std::vector<DigestConfig> read_digests(TomlDocument& document, const DigestSurroundings& around) {
  std::vector<DigestConfig> digests;
  std::set<std::string> names;
  auto sections = document.sections("digest");
  for (auto& section : sections) {
    digests.push_back(read_digest(section, names, around, document.file().parent_path()));
  }
  settle_sign_up(sections, digests, document.settings());
  return digests;
}

}  // namespace tidings::config
