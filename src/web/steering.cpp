// What a reader does on their own pages besides saving preferences: a part of routes.hpp.
#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "web/choices.hpp"
#include "web/form_token.hpp"
#include "web/routes.hpp"

namespace tidings::web {
namespace {

/// How long the page shown after leaving can take it back at once; then a mail asks.
constexpr std::chrono::hours undo_time{1};
/// Between the withdrawal and the stamp of its page.
constexpr std::chrono::minutes page_time{1};

std::vector<std::string> one(const std::string& value) {
  return value.empty() ? std::vector<std::string>{} : std::vector{value};
}

std::vector<ChangedLine> changes_between(const Member& before, const Member& after) {
  using What = ChangedLine::What;
  std::vector<ChangedLine> lines;
  const auto compare = [&](What what, const std::vector<std::string>& old, std::vector<std::string> now) {
    if (old != now) lines.push_back({.what = what, .values = std::move(now)});
  };
  compare(What::digests, chosen(before.digests), chosen(after.digests));
  compare(What::topics, chosen(before.topics), chosen(after.topics));
  compare(What::pause, one(before.paused_until), one(after.paused_until));
  compare(What::name, one(before.name), one(after.name));
  compare(What::language, one(before.language), one(after.language));
  compare(What::timezone, one(before.timezone), one(after.timezone));
  for (std::size_t i = 0; i < std::min(before.fields.size(), after.fields.size()); ++i) {
    const auto& [old, now] = std::pair{before.fields[i].value, after.fields[i].value};
    if (old != now)
      lines.push_back({.what = What::field, .values = one(now), .label = after.fields[i].title});
  }
  return lines;
}

}  // namespace

Result<Response> Site::show_saved(const Member& before, const Member& after, const std::string& language) {
  PageView view{.page = PageName::saved, .language = language, .address = after.address};
  view.changes = changes_between(before, after);
  view.next = after.next;
  view.is_stopped = after.is_stopped;
  view.is_from_preferences = true;
  return show(200, view);
}

Result<Response> Site::move(const Request& request, std::string_view token, const Member& member,
                            const Form& form) {
  const auto language = language_of(request, member.language);
  TIDINGS_LET(const bool may_ask, limits_.take(Limit::sign_ups, request.client, clock_.now()));
  if (!may_ask) {
    count(SiteState::limited);
    return show_notice(429, Banner::many, language);
  }
  // An address that lost a character on its way in is somebody else's.
  if (form.was_cleaned("email")) return show_preferences(member, language, Problem::address);
  TIDINGS_LET(const auto answer, service_.move(token, form.get("email"), request.client));
  if (!answer) return missing(request);
  switch (*answer) {
    case Moving::bad_address: return show_preferences(member, language, Problem::address);
    case Moving::same:
    case Moving::refused: return show_saved(member, member, language);
    case Moving::too_often: count(SiteState::limited); return show_notice(429, Banner::many, language);
    case Moving::asked: break;
  }
  count(SiteState::moves);
  return show_notice(200, Banner::moving, language);
}

Result<Response> Site::download(const Request& request, std::string_view token) {
  TIDINGS_LET(auto data, service_.personal_data(token));
  if (!data) return missing(request);
  return Response{.status = 200,
                  .content_type = "application/json; charset=utf-8",
                  .body = *std::move(data),
                  .fields = {{"Cache-Control", "no-store"},
                             {"Content-Disposition", "attachment; filename=\"my-data.json\""},
                             {"X-Robots-Tag", "noindex"}}};
}

Result<Response> Site::ask_to_erase(const Request& request, const Member& member) {
  return show(200, {.page = PageName::erase,
                    .language = language_of(request, member.language),
                    .address = member.address});
}

Result<Response> Site::erase(const Request& request, std::string_view token, const Member& member) {
  TIDINGS_LET(const bool erased, service_.erase(token));
  if (!erased) return missing(request);
  count(SiteState::erasures);
  return show_notice(200, Banner::erased, language_of(request, member.language));
}

std::string Site::undo_secret(std::string_view token) const {
  return options_.form_token_secret + " undo " + std::string{token};
}

Result<Response> Site::leave(const Request& request, std::string_view token, Scope scope) {
  TIDINGS_LET(const auto left, service_.leave(token, scope, request.client));
  if (!left) return missing(request);
  count(SiteState::withdrawals);
  PageView view{
      .page = PageName::left, .language = language_of(request, left->language), .address = left->address};
  view.digest = left->digest;
  view.others = left->others;
  view.reasons = service_.reasons();
  view.undo = make_form_token(undo_secret(token), clock_.now());
  return show(200, view);
}

Result<Response> Site::get_less(const Request& request, std::string_view token, const Less& less) {
  TIDINGS_LET(const auto after, service_.get_less(token, less, request.client));
  if (!after) return missing(request);
  count(less.what == Less::What::pause ? SiteState::pauses : SiteState::changes);
  PageView view{
      .page = PageName::saved, .language = language_of(request, after->language), .address = after->address};
  using What = ChangedLine::What;
  if (less.what == Less::What::digest) {
    view.changes = {{.what = What::digests, .values = chosen(after->digests)}};
  } else if (less.what == Less::What::topics) {
    view.changes = {{.what = What::topics, .values = chosen(after->topics)}};
  } else {
    view.changes = {{.what = What::pause, .values = one(after->paused_until)}};
  }
  view.next = after->next;
  view.is_stopped = after->is_stopped;
  return show(200, view);
}

Result<Response> Site::come_back(const Request& request, std::string_view token, const Form& form) {
  const auto age = age_of_form_token(undo_secret(token), form.get("undo"), clock_.now());
  if (age && *age <= undo_time) {
    TIDINGS_LET(const auto back, service_.undo_leave(token, clock_.now() - *age - page_time, request.client));
    if (back) {
      PageView view{
          .notice = Banner::back, .language = language_of(request, back->language), .address = back->address};
      view.digest = back->digest;
      return show(200, view);
    }
  }
  TIDINGS_LET(const bool asked, service_.come_back(token, request.client));
  if (!asked) return missing(request);
  return show_notice(200, Banner::check, language_of(request));
}

Result<Response> Site::give_reason(const Request& request, std::string_view token, const Form& form) {
  TIDINGS_LET(const auto leaving, service_.leaving(token));
  if (!leaving) return missing(request);
  const auto language = language_of(request, leaving->language);
  TIDINGS_LET(const bool given, service_.give_reason(token, form.get("reason")));
  return given ? show_notice(200, Banner::thanks, language) : show_notice(422, Banner::trouble, language);
}

Result<Response> Site::send_new_link(const Request& request, std::string_view token) {
  TIDINGS_LET(const bool may_ask, limits_.take(Limit::sign_ups, request.client, clock_.now()));
  if (!may_ask) {
    count(SiteState::limited);
    return show_notice(429, Banner::many, language_of(request));
  }
  TIDINGS_LET(const bool sent, service_.send_new_link(token, request.client));
  return sent ? show_notice(200, Banner::check, language_of(request)) : missing(request);
}

}  // namespace tidings::web
