#include "site/pages.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/url.hpp"
#include "config/theme_files.hpp"
#include "message/brand.hpp"
#include "site/list_service.hpp"
#include "site/page_data.hpp"

namespace tidings::site {
namespace {

using nlohmann::json;

constexpr std::array page_names{"subscribe", "confirm", "unsubscribe", "left",   "preferences",
                                "message",   "saved",   "erase",       "expired"};

std::string_view key_of(web::Banner notice) {
  switch (notice) {
    case web::Banner::none: return "trouble";
    case web::Banner::check: return "check";
    case web::Banner::confirmed: return "confirmed";
    case web::Banner::already: return "already";
    case web::Banner::saved: return "saved";
    case web::Banner::missing: return "missing";
    case web::Banner::many: return "many";
    case web::Banner::trouble: return "trouble";
    case web::Banner::moving: return "moving";
    case web::Banner::moved: return "moved";
    case web::Banner::erased: return "erased";
    case web::Banner::back: return "back";
    case web::Banner::thanks: return "thanks";
  }
  return "trouble";
}

json sample_group() {
  auto group = group_of("x", "radio", "digest");
  group["choices"].push_back(choice_of("x", "d", 0));
  return group;
}

json sample_field() {
  auto field = choice_of("x", "f", 0);
  field["field"] = "x";
  field["type"] = "text";
  field["is_list"] = true;
  field["is_number"] = true;
  field["is_wrong"] = true;
  field["choices"] = {choice_of("x", "f0-", 0)};
  return field;
}

/// Every name that a page may use, with something in it.
json sample_page(const json& words, const message::Brand& brand) {
  json page{{"t", words},
            {"language", "en"},
            {"dir", "ltr"},
            {"base", ""},
            {"title", "x"},
            {"heading", "x"},
            {"text", "x"},
            {"address", "x"},
            {"name", "x"},
            {"stamp", "x"},
            {"digest", "x"},
            {"has_digest", true},
            {"others", "x"},
            {"has_others", true},
            {"digest_groups", {sample_group()}},
            {"has_digests", true},
            {"has_ticks_only", true},
            {"misses_digest", true},
            {"topics", {choice_of("x", "t", 0)}},
            {"has_topics", true},
            {"fields", {sample_field()}},
            {"wants_all_topics", true},
            {"misses_topic", true},
            {"misses_field", true},
            {"has_more", true},
            {"languages", {choice_of("x", "l", 0)}},
            {"zones", {choice_of("x", "z", 0)}},
            {"has_zones", true},
            {"has_problem", true},
            {"problem", "x"},
            {"is_embedded", true},
            {"is_second_step", true},
            {"is_stopped", true},
            {"archive_url", "x"},
            {"has_archive", true},
            {"has_way_on", true},
            {"may_pause", true},
            {"is_paused", true},
            {"paused_note", "x"},
            {"paused_until", "x"},
            {"first_day", "x"},
            {"last_day", "x"},
            {"has_pause_problem", true},
            {"has_move_problem", true},
            {"may_move", true},
            {"instead", {choice_of("x", "i", 0)}},
            {"has_less", true},
            {"has_choice_of_topics", true},
            {"reasons", {choice_of("x", "r", 0)}},
            {"has_reasons", true},
            {"undo", "x"},
            {"changes", {{{"label", "x"}, {"value", "x"}}}},
            {"has_changes", true},
            {"next", {{{"digest", "x"}, {"date", "x"}}}},
            {"has_next", true},
            {"is_from_preferences", true},
            {"button", "x"},
            {"has_text", true},
            {"newsletter_name", "x"},
            {"postal_address", "x"},
            {"has_postal_address", true}};
  message::add_brand(page, brand);
  return page;
}

/// The words on the button of a notice.
const char* button_of(subscriber::NoticeKind kind) {
  using subscriber::NoticeKind;
  switch (kind) {
    case NoticeKind::confirm: return "web_confirm";
    case NoticeKind::move: return "web_move";
    case NoticeKind::moved: return "web_subscribe_title";
    case NoticeKind::reconfirm: return "web_keep";
    case NoticeKind::already:
    case NoticeKind::welcome:
    case NoticeKind::goodbye: break;
  }
  return "web_preferences_title";
}

/// In a line of the other direction a name or address keeps its own (U+2068 FSI, U+2069 PDI).
void isolate(std::string& text) {
  if (!text.empty()) text = "\u2068" + text + "\u2069";
}

constexpr std::size_t most_skeletons = 500;

/// What differs between visitors. Marks represent it in a rendered page; letters and digits do not change
/// when escaped.
struct Slot {
  std::string web::PageView::*field;
  const char* mark;
};
constexpr std::array slots{
    Slot{&web::PageView::address, "qx7address4slot9kz"}, Slot{&web::PageView::name, "qx7name4slot9kz"},
    Slot{&web::PageView::form_token, "qx7stamp4slot9kz"}, Slot{&web::PageView::undo, "qx7undo4slot9kz"}};

/// Equal for views whose pages differ only in slots.
std::string key_of(const web::PageView& view) {
  std::string key = fmt::format("{} {} {} {}{:d}{:d}{:d}{:d}{:d}{:d}{:d}", static_cast<int>(view.page),
                                static_cast<int>(view.notice), view.language, static_cast<int>(view.problem),
                                view.is_embedded, view.is_second_step, view.is_subscribed, view.is_stopped,
                                view.address.empty(), view.name.empty(), view.form_token.empty());
  const auto add = [&key](const std::string& text) { key += fmt::format(" {}:{}", text.size(), text); };
  key += fmt::format(" {:d}{:d}{:d}{:d}", view.moves, view.may_pause, view.is_from_preferences,
                     view.undo.empty());
  for (const auto* const text : {&view.digest, &view.paused_until, &view.first_day, &view.last_day})
    add(*text);
  for (const auto* const list : {&view.others, &view.instead, &view.reasons}) {
    key += " |";
    for (const auto& each : *list) add(each);
  }
  for (const auto& field : view.fields) {
    add(field.value);
    key += field.is_wrong ? '!' : ' ';
  }
  for (const auto* const choices : {&view.digests, &view.topics, &view.zones}) {
    key += " |";
    for (const auto& choice : *choices) {
      add(choice.value);
      add(choice.label);
      key += choice.is_chosen ? '+' : '-';
    }
  }
  return key;
}

json sample_notice(const json& words, const message::Brand& brand) {
  json notice{{"t", words},
              {"language", "en"},
              {"dir", "ltr"},
              {"subject", "x"},
              {"text", "x"},
              {"button", "x"},
              {"action_url", "x"},
              {"has_action", true},
              {"reply_mailto", "x"},
              {"has_reply", true},
              {"is_confirm", true},
              {"newsletter_name", "x"},
              {"postal_address", "x"},
              {"has_postal_address", true}};
  message::add_brand(notice, brand);
  return notice;
}

}  // namespace

Result<std::unique_ptr<WebPages>> WebPages::load(const config::Config& config) {
  std::unique_ptr<WebPages> pages{new WebPages{config}};
  const auto lookup = config::template_lookup(config.folder);
  const auto& theme = config.web.theme;
  for (const auto& folder : {std::string{"default"}, theme}) {
    for (const auto& language : config::known_languages(config.folder, folder)) {
      if (pages->words_.contains(language)) continue;
      TIDINGS_LET(auto words, message::Strings::load(theme, language, lookup));
      if (words.language() == language) pages->words_.emplace(language, std::move(words));
    }
  }
  const auto own = ascii_lower(config.newsletter.language);
  if (!pages->words_.contains(own)) {
    TIDINGS_LET(auto words, message::Strings::load(theme, own, lookup));
    pages->words_.emplace(own, std::move(words));
  }
  if (const auto url = parse_url(config.newsletter.public_url))
    pages->base_path_ = url->path == "/" ? std::string{} : url->path;
  while (pages->base_path_.ends_with('/')) pages->base_path_.pop_back();

  json words = json::object();
  for (const auto& [key, text] : pages->strings("en").texts()) words[key] = text;
  const auto find = [&](const std::string& file) -> std::optional<message::PartialSource> {
    for (const auto& folder : {theme, std::string{"default"}}) {
      auto name = fmt::format("{}/{}", folder, file);
      if (auto source = lookup(name))
        return message::PartialSource{.file = std::move(name), .source = std::move(*source)};
    }
    return std::nullopt;
  };
  const message::Partials partials = [&](std::string_view name) {
    return find(fmt::format("partials/{}.mustache", name));
  };
  const auto add = [&](const std::string& file, message::Escape escape, const json& known) -> Result<void> {
    const auto source = find(file);
    if (!source) return fail(Errc::config, fmt::format("default/{} is missing", file));
    TIDINGS_LET(auto parsed,
                message::Template::parse(source->file, source->source,
                                         {.escape = escape, .partials = partials, .known = &known}));
    pages->templates_.emplace(file, std::move(parsed));
    return {};
  };
  const auto page = sample_page(words, message::sample_brand());
  for (const auto* const name : page_names)
    TIDINGS_TRY(add(fmt::format("pages/{}.mustache", name), message::Escape::html, page));
  const auto notice = sample_notice(words, message::sample_brand());
  TIDINGS_TRY(add("notice.text.mustache", message::Escape::none, notice));
  TIDINGS_TRY(add("notice.html.mustache", message::Escape::html, notice));
  const auto style = find("pages/style.css");
  pages->style_ = message::page_style(config.brand) + (style ? style->source : std::string{});
  return pages;
}

const message::Strings& WebPages::strings(const std::string& language) const {
  const auto found = words_.find(language);
  return found != words_.end() ? found->second : words_.find("en")->second;
}

std::string WebPages::language_for(std::span<const std::string> wanted) const {
  for (const auto& tag : wanted) {
    for (const auto& candidate : message::fallbacks_of(tag)) {
      if (words_.contains(candidate)) return candidate;
    }
  }
  return ascii_lower(config_.newsletter.language);
}

message::Placeholders WebPages::placeholders(const std::string& address, const std::string& digests) const {
  return {{"newsletter_name", config_.newsletter.name}, {"address", address}, {"digest_title", digests}};
}

std::string WebPages::word(const message::Strings& words, const std::string& key,
                           const message::Placeholders& values) const {
  const auto found = words.texts().find(key);
  return found == words.texts().end() ? std::string{} : message::fill_placeholders(found->second, values);
}

std::string WebPages::title_of(const std::string& digest) const {
  const auto* const known = config_.find_digest(digest);
  return known == nullptr ? digest : known->title;
}

std::string WebPages::rhythm_label(const message::Strings& words, const std::string& name) const {
  const auto* const digest = config_.find_digest(name);
  if (digest == nullptr) return name;
  auto label = cadence_word(words, *digest);
  const auto& digests = config_.digests;
  const bool is_shared = std::ranges::any_of(digests, [&](const config::DigestConfig& other) {
    return other.name != name && bring_same_posts(other, *digest) && cadence_word(words, other) == label;
  });
  return label.empty() || is_shared ? digest->schedule_text : label;
}

std::string WebPages::cadence_word(const message::Strings& words, const config::DigestConfig& digest) const {
  const auto& text = digest.schedule_text;
  return word(words, "web_" + ascii_lower(text.substr(0, text.find(' '))), {});
}

std::string WebPages::digest_label(const message::Strings& words, const std::string& name) const {
  const auto* const digest = config_.find_digest(name);
  if (digest == nullptr) return name;
  const auto cadence = cadence_word(words, *digest);
  return cadence.empty() ? digest->title : fmt::format("{} ({})", digest->title, cadence);
}

std::string WebPages::digest_labels(const message::Strings& words,
                                    const std::vector<std::string>& names) const {
  std::vector<std::string> labels;
  for (const auto& name : names) labels.push_back(digest_label(words, name));
  return words.list(labels);
}

std::string WebPages::consent(const std::string& language) const {
  const auto& words = strings(language);
  return word(words, "web_consent", placeholders({}, {}));
}

Result<std::string> WebPages::render(const web::PageView& view) const {
  // What somebody has just changed is nobody else's page.
  if (view.page == web::PageName::saved) return render_whole(view);
  TIDINGS_LET(const auto found, skeleton(view));
  std::array<std::string, slots.size()> values;
  std::size_t size = found->size;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    values[i] = escape_html(view.*slots[i].field);
    size += 4 * values[i].size();
  }
  std::string out;
  out.reserve(size);
  for (const auto& piece : found->pieces) {
    out += piece.before;
    if (piece.slot >= 0) out += values.at(static_cast<std::size_t>(piece.slot));
  }
  return out;
}

Result<std::shared_ptr<const WebPages::Skeleton>> WebPages::skeleton(const web::PageView& view) const {
  const auto key = key_of(view);
  {
    const std::shared_lock lock{skeletons_mutex_};
    if (const auto known = skeletons_.find(key); known != skeletons_.end()) return known->second;
  }
  auto marked = view;
  for (const auto& slot : slots) {
    if (!(marked.*slot.field).empty()) marked.*slot.field = slot.mark;
  }
  TIDINGS_LET(const auto page, render_whole(marked));
  auto made = std::make_shared<Skeleton>();
  std::size_t at = 0;
  for (;;) {
    auto next = std::string::npos;
    int which = -1;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const auto place = (view.*slots[i].field).empty() ? std::string::npos : page.find(slots[i].mark, at);
      if (place >= next) continue;
      next = place;
      which = static_cast<int>(i);
    }
    made->pieces.push_back(
        {.before = page.substr(at, next == std::string::npos ? next : next - at), .slot = which});
    if (which < 0) break;
    at = next + std::string_view{slots.at(static_cast<std::size_t>(which)).mark}.size();
  }
  made->size = page.size();
  const std::unique_lock lock{skeletons_mutex_};
  // Visitors choose what is ticked, so there are countless pages; these few cover most requests.
  if (skeletons_.size() >= most_skeletons) skeletons_.clear();
  return skeletons_.emplace(key, std::move(made)).first->second;
}

Result<std::string> WebPages::render_whole(const web::PageView& view) const {
  const auto& words = strings(view.language);
  const auto digest = view.digest.empty() ? std::string{} : digest_label(words, view.digest);
  const auto others = digest_labels(words, view.others);
  const auto& subject = digest.empty() ? others : digest;
  auto values = placeholders(view.address, subject.empty() ? config_.newsletter.name : subject);
  if (words.direction() == "rtl") {
    for (const auto* const name : {"newsletter_name", "address"}) isolate(values[name]);
  }
  json data = sample_page({}, config_.brand);
  data["t"] = json::object();
  for (const auto& [key, text] : words.texts()) {
    if (key.starts_with("web_")) data["t"][key] = message::fill_placeholders(text, values);
  }
  auto key =
      std::string{view.page == web::PageName::message ? key_of(view.notice)
                                                      : page_names.at(static_cast<std::size_t>(view.page))};
  if (view.page == web::PageName::confirm && view.moves) key = "move";
  const auto title = word(words, "web_" + key + "_title", values);
  data["language"] = words.language();
  data["dir"] = words.direction();
  data["base"] = base_path_;
  data["title"] = title;
  data["heading"] = title;
  auto text = word(words, "web_" + key + "_text", values);
  // What there is to sign up for, and how often it comes.
  if (view.page == web::PageName::subscribe && view.digests.size() == 1)
    text = digest_label(words, view.digests.front().value);
  data["has_text"] = !text.empty();
  data["text"] = std::move(text);
  // Of our own pages: the same host, whatever name the visitor came by.
  const auto& own = config_.newsletter.public_url;
  const auto& archive = config_.archive.url;
  data["archive_url"] = !own.empty() && archive.starts_with(own + "/")
                            ? base_path_ + archive.substr(own.size()) + "/"
                            : archive;
  // Before the first edition the archive that we serve has no page yet.
  std::error_code ignored;
  data["has_archive"] =
      !config_.archive.url.empty() &&
      (config_.web.archive.empty() || std::filesystem::exists(config_.web.archive / "index.html", ignored));
  data["button"] = word(words, view.moves ? "web_move" : "web_confirm", values);
  // A page on which nothing is left to press leads to the form.
  constexpr std::array ends{web::Banner::missing, web::Banner::many, web::Banner::trouble,
                            web::Banner::erased};
  data["has_way_on"] =
      view.page == web::PageName::message && std::ranges::find(ends, view.notice) != ends.end();
  add_steering(data, view, words);
  data["address"] = view.address;
  data["name"] = view.name;
  data["stamp"] = view.form_token;
  data["digest"] = digest;
  data["has_digest"] = !digest.empty();
  data["others"] = others;
  data["has_others"] = !others.empty();
  data["topics"] = json::array();
  for (const auto& choice : view.topics) {
    auto one = choice_of(choice.value, "t", data["topics"].size());
    one["label"] = choice.label;
    one["description"] = choice.description;
    one["has_description"] = !choice.description.empty();
    one["is_chosen"] = choice.is_chosen;
    data["topics"].push_back(std::move(one));
  }
  data["has_topics"] = !view.topics.empty();
  const bool has_some_topics = std::ranges::any_of(view.topics, &web::Choice::is_chosen);
  data["misses_field"] = view.problem == web::Problem::fields;
  data["misses_topic"] = view.problem == web::Problem::topics;
  data["wants_all_topics"] = !has_some_topics && view.problem != web::Problem::topics;
  add_fields(data, view, words);
  add_digests(data, view, words);
  add_zones(data, view);
  data["languages"] = json::array();
  for (const auto& [tag, each] : words_) {
    auto one = choice_of(tag, "l", data["languages"].size());
    one["label"] = each.name();
    one["is_chosen"] = tag == view.language;
    data["languages"].push_back(std::move(one));
  }
  const bool is_blocked = view.problem == web::Problem::domain;
  data["has_problem"] = is_blocked || view.problem == web::Problem::address;
  data["problem"] = word(words, is_blocked ? "web_blocked" : "web_problem", values);
  data["is_embedded"] = view.is_embedded;
  data["is_second_step"] = view.is_second_step;
  data["is_stopped"] = view.is_stopped;
  data["newsletter_name"] = config_.newsletter.name;
  data["postal_address"] = config_.newsletter.postal_address;
  data["has_postal_address"] = !config_.newsletter.postal_address.empty();
  return templates_.at(fmt::format("pages/{}.mustache", page_names.at(static_cast<std::size_t>(view.page))))
      .render(data);
}

Result<members::NoticeText> WebPages::notice(subscriber::NoticeKind kind, const std::string& language,
                                             const std::vector<std::string>& digests,
                                             const members::NoticeLinks& links) const {
  const std::vector<std::string> wanted{language};
  const auto& words = strings(language_for(wanted));
  auto values = placeholders(links.moved_to.empty() ? std::string{} : masked(links.moved_to),
                             digest_labels(words, digests));
  if (links.answer_by) {
    const auto day = std::chrono::floor<std::chrono::days>(
        config_.newsletter.zone.to_local(*links.answer_by - std::chrono::milliseconds{1}));
    values["date"] = words.date(std::chrono::year_month_day{day});
  }
  using subscriber::NoticeKind;
  const bool is_confirm =
      kind == NoticeKind::confirm || kind == NoticeKind::move || kind == NoticeKind::reconfirm;
  json data = sample_notice(json::object(), config_.brand);
  for (const auto& [key, text] : words.texts()) {
    if (key.starts_with("web_") || key.starts_with("mail_"))
      data["t"][key] = message::fill_placeholders(text, values);
  }
  const auto key = fmt::format("mail_{}", subscriber::name_of(kind));
  data["language"] = words.language();
  data["dir"] = words.direction();
  data["subject"] = word(words, key + "_subject", values);
  // Without a web server there is no page to open: replying confirms.
  const bool by_reply = is_confirm && links.action_url.empty();
  data["text"] = word(words, key + (by_reply ? "_by_reply" : "_text"), values);
  data["button"] = word(words, button_of(kind), values);
  const auto& action = by_reply ? links.reply_mailto : links.action_url;
  data["action_url"] = action;
  data["has_action"] = !action.empty();
  data["reply_mailto"] = links.reply_mailto;
  data["has_reply"] = is_confirm && !by_reply && !links.reply_mailto.empty();
  data["is_confirm"] = kind == NoticeKind::confirm || kind == NoticeKind::move;
  data["newsletter_name"] = config_.newsletter.name;
  data["postal_address"] = config_.newsletter.postal_address;
  data["has_postal_address"] = !config_.newsletter.postal_address.empty();
  members::NoticeText out{.subject = collapse_blanks(data["subject"].get<std::string>()),
                          .text = {},
                          .html = {},
                          .language = words.language()};
  TIDINGS_LET(out.text, templates_.at("notice.text.mustache").render(data));
  TIDINGS_LET(out.html, templates_.at("notice.html.mustache").render(data));
  return out;
}

std::string WebPages::frame() const {
  const auto& words = strings(ascii_lower(config_.newsletter.language));
  return fmt::format(
      "<iframe src=\"{}/embed\" title=\"{}\" width=\"100%\" height=\"400\" loading=\"lazy\" "
      "style=\"border:0;max-width:36rem\"></iframe>\n",
      escape_html(config_.newsletter.public_url),
      escape_html(word(words, "web_subscribe_title", placeholders({}, {}))));
}

std::string WebPages::snippet() const {
  const auto& words = strings(ascii_lower(config_.newsletter.language));
  const auto values = placeholders({}, {});
  return fmt::format(
      "<form action=\"{}/subscribe\" method=\"post\">\n"
      "  <label>{} <input type=\"email\" name=\"email\" required autocomplete=\"email\"></label>\n"
      "  <button type=\"submit\">{}</button>\n"
      "</form>\n",
      escape_html(config_.newsletter.public_url), escape_html(word(words, "web_email", values)),
      escape_html(word(words, "web_subscribe", values)));
}

}  // namespace tidings::site
