#include "site/pages.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/url.hpp"
#include "config/theme_files.hpp"
#include "message/brand.hpp"
#include "site/list_service.hpp"

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

json choice_of(std::string_view name, std::string_view group, std::size_t number) {
  return {{"value", name}, {"label", name}, {"is_chosen", false}, {"id", fmt::format("{}{}", group, number)}};
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
            {"digests", {choice_of("x", "d", 0)}},
            {"has_digests", true},
            {"topics", {choice_of("x", "t", 0)}},
            {"has_topics", true},
            {"languages", {choice_of("x", "l", 0)}},
            {"has_problem", true},
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
  std::string key = fmt::format("{} {} {} {:d}{:d}{:d}{:d}{:d}{:d}{:d}", static_cast<int>(view.page),
                                static_cast<int>(view.notice), view.language, view.has_problem,
                                view.is_second_step, view.is_subscribed, view.is_stopped,
                                view.address.empty(), view.name.empty(), view.form_token.empty());
  const auto add = [&key](const std::string& text) { key += fmt::format(" {}:{}", text.size(), text); };
  key += fmt::format(" {:d}{:d}{:d}{:d}{:d}{:d}", view.moves, view.may_pause, view.has_pause_problem,
                     view.has_move_problem, view.is_from_preferences, view.undo.empty());
  for (const auto* const text : {&view.digest, &view.paused_until, &view.first_day, &view.last_day})
    add(*text);
  for (const auto* const list : {&view.others, &view.instead, &view.reasons}) {
    key += " |";
    for (const auto& each : *list) add(each);
  }
  for (const auto* const choices : {&view.digests, &view.topics}) {
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
      if (auto source = lookup(folder + "/" + file)) {
        return message::PartialSource{.file = folder + "/" + file, .source = std::move(*source)};
      }
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

std::string WebPages::digest_label(const message::Strings& words, const std::string& name) const {
  const auto* const digest = config_.find_digest(name);
  if (digest == nullptr) return name;
  const auto cadence = digest->schedule_text.substr(0, digest->schedule_text.find(' '));
  const auto cadence_word = word(words, "web_" + cadence, {});
  return cadence_word.empty() ? digest->title : fmt::format("{} ({})", digest->title, cadence_word);
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

std::string WebPages::day_in_words(const message::Strings& words, std::string_view day) const {
  const auto number = [day](std::size_t at, std::size_t size) {
    int value = 0;
    const auto digits = day.substr(std::min(at, day.size()), size);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  return date.ok() ? words.date(date) : std::string{day};
}

std::string WebPages::time_in_words(const message::Strings& words, UtcTime at) const {
  const auto local = config_.newsletter.zone.to_local(at);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return fmt::format("{}, {}", words.post_date(std::chrono::year_month_day{day}),
                     words.time(std::chrono::floor<std::chrono::minutes>(local - day)));
}

json WebPages::line_of(const message::Strings& words, const web::ChangedLine& line) const {
  using What = web::ChangedLine::What;
  const auto text = [&](const char* key) { return word(words, key, {}); };
  const auto& values = line.values;
  switch (line.what) {
    case What::digests:
      return {{"label", text("web_digests")},
              {"value", values.empty() ? text("web_nothing") : digest_labels(words, values)}};
    case What::topics:
      return {{"label", text("web_topics")},
              {"value", values.empty() ? text("web_every_topic") : words.list(values)}};
    case What::pause:
      return {{"label", text("web_pause")},
              {"value", values.empty() ? text("web_nothing")
                                       : word(words, "web_paused_note",
                                              {{"date", day_in_words(words, values.front())}})}};
    case What::name:
      return {{"label", text("web_your_name")},
              {"value", values.empty() ? text("web_nothing") : values.front()}};
    case What::language: break;
  }
  return {{"label", text("web_language")}, {"value", strings(language_for(values)).name()}};
}

void WebPages::add_steering(json& data, const web::PageView& view, const message::Strings& words) const {
  data["may_pause"] = view.may_pause;
  data["is_paused"] = !view.paused_until.empty();
  data["paused_note"] = word(words, "web_paused_note", {{"date", day_in_words(words, view.paused_until)}});
  data["paused_until"] = view.paused_until;
  data["first_day"] = view.first_day;
  data["last_day"] = view.last_day;
  data["has_pause_problem"] = view.has_pause_problem;
  data["has_move_problem"] = view.has_move_problem;
  data["may_move"] = std::ranges::any_of(view.digests, &web::Choice::is_chosen);
  data["instead"] = json::array();
  for (const auto& name : view.instead) {
    auto one = choice_of(name, "i", data["instead"].size());
    one["label"] = word(words, "web_instead_digest", {{"digest_title", digest_label(words, name)}});
    data["instead"].push_back(std::move(one));
  }
  const auto topics = std::ranges::count_if(view.topics, &web::Choice::is_chosen);
  data["has_choice_of_topics"] = view.page == web::PageName::unsubscribe && topics > 1;
  data["has_less"] = view.may_pause || !view.instead.empty() || data["has_choice_of_topics"] == true;
  data["reasons"] = json::array();
  for (const auto& name : view.reasons) {
    auto one = choice_of(name, "r", data["reasons"].size());
    one["label"] = word(words, "web_reason_" + name, {});
    data["reasons"].push_back(std::move(one));
  }
  data["has_reasons"] = !view.reasons.empty();
  data["undo"] = view.undo;
  data["changes"] = json::array();
  for (const auto& line : view.changes) data["changes"].push_back(line_of(words, line));
  data["has_changes"] = !view.changes.empty();
  data["next"] = json::array();
  for (const auto& each : view.next) {
    data["next"].push_back(
        {{"digest", digest_label(words, each.digest)}, {"date", time_in_words(words, each.at)}});
  }
  data["has_next"] = !view.next.empty();
  data["is_from_preferences"] = view.is_from_preferences;
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
  data["has_archive"] = !config_.archive.url.empty();
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
  const auto fill = [&](const char* name, const char* group, const std::vector<web::Choice>& choices) {
    data[name] = json::array();
    for (const auto& choice : choices) {
      auto one = choice_of(choice.value, group, data[name].size());
      one["label"] = choice.label.empty() ? digest_label(words, choice.value) : choice.label;
      one["is_chosen"] = choice.is_chosen;
      data[name].push_back(std::move(one));
    }
    data[std::string{"has_"} + name] = !choices.empty();
  };
  fill("digests", "d", view.digests);
  fill("topics", "t", view.topics);
  // A single digest is no choice when signing up; the unsubscribe page is for leaving it.
  if (view.page == web::PageName::subscribe && view.digests.size() < 2) data["has_digests"] = false;
  data["languages"] = json::array();
  for (const auto& [tag, each] : words_) {
    auto one = choice_of(tag, "l", data["languages"].size());
    one["label"] = each.name();
    one["is_chosen"] = tag == view.language;
    data["languages"].push_back(std::move(one));
  }
  data["has_problem"] = view.has_problem;
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
