// The sign-up form of routes.hpp, on our own page and in a frame of another site.
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "web/choices.hpp"
#include "web/form_token.hpp"
#include "web/routes.hpp"

namespace tidings::web {
namespace {

/// What the form chooses, or what is wrong with it; absent if it asks for something that is not on offer.
std::optional<Problem> read_choices(const Form& form, PageView& view, const Service& service) {
  const auto digests = named_digests(form, view.digests.size());
  // Only our own form shows the choices; whoever was not asked gets what newcomers get.
  const bool is_asked = form.has("asked") && view.digests.size() > 1;
  if (is_asked || !digests.empty()) {
    if (!choose(view.digests, digests)) return std::nullopt;
  }
  const auto topics = named_topics(form);
  if (!choose(view.topics, topics.value_or(std::vector<std::string>{}))) return std::nullopt;
  const bool is_answered = fill_answers(view.fields, form, service);
  if (is_asked && digests.empty()) return Problem::digests;
  if (!topics) return Problem::topics;
  return is_answered ? Problem::none : Problem::fields;
}

}  // namespace

Result<Response> Site::embed(const Request& request) {
  if (options_.embed_origins.empty()) return missing(request);
  return sign_up_page(request, {.page = PageName::subscribe, .is_embedded = true});
}

Result<Response> Site::subscribe(const Request& request) {
  return sign_up_page(request, {.page = PageName::subscribe});
}

Result<Response> Site::sign_up_page(const Request& request, PageView view) {
  view.language = language_of(request);
  view.digests = service_.digests();
  view.topics = service_.topics();
  view.fields = service_.fields();
  view.zones = service_.zones();
  view.form_token = make_form_token(options_.form_token_secret, clock_.now());
  if (request.reads()) return show(200, view);
  const auto form = parse_form(request.content_type, request.body);
  if (!form) return show_instead(view, 400, Banner::trouble);
  if (form->has("language"))
    view.language = language_of(request, std::string{truncate_utf8(form->get("language"), 35)});
  return answer_form(request, *form, std::move(view));
}

Result<Response> Site::show_instead(const PageView& view, int status, Banner notice) {
  return show(status, {.page = PageName::message,
                       .notice = notice,
                       .language = view.language,
                       .is_embedded = view.is_embedded});
}

Result<Response> Site::answer_form(const Request& request, const Form& form, PageView view) {
  view.address = truncate_utf8(form.get("email"), 320);
  view.name = truncate_utf8(form.get("name"), 200);
  auto problem = read_choices(form, view, service_);
  const auto zone = service_.check_zone(truncate_utf8(form.get("timezone"), 64));
  if (!zone) problem.reset();
  if (zone && !view.zones.empty()) choose_zone(view.zones, *zone);
  if (!problem) {
    log::warning("web: a sign-up form asked for a digest, topic or time zone that is not on offer");
    return show_instead(view, 422, Banner::trouble);
  }
  // A field that no person sees is filled in: answered like the others, and ignored.
  if (!form.get("website").empty()) {
    count(SiteState::robots);
    return show_instead(view, 200, Banner::check);
  }
  view.problem = *problem;
  if (view.problem != Problem::none) return show(422, view);
  // From another site, too fast, or a day old: shown again, filled in, for a person to press the button.
  const auto age = age_of_form_token(options_.form_token_secret, form.get("stamp"), clock_.now());
  if (!age || *age < options_.least_fill_time || *age > std::chrono::hours{24}) {
    view.is_second_step = true;
    return show(200, view);
  }
  const SignUp wanted{.address = std::string{form.get("email")},
                      .name = view.name,
                      .language = view.language,
                      .digests = chosen(view.digests),
                      .topics = chosen(view.topics),
                      .fields = answers(view.fields),
                      .timezone = *zone,
                      .client = request.client,
                      .way = view.is_embedded ? "embedded sign-up form" : "sign-up form",
                      .consent = pages_.consent(view.language)};
  // An address that lost a character on its way in is somebody else's.
  auto answer = SignUpResult::bad_address;
  if (!form.was_cleaned("email")) {
    TIDINGS_LET(answer, take_sign_up(wanted));
  }
  switch (answer) {
    case SignUpResult::bad_address: view.problem = Problem::address; return show(422, view);
    case SignUpResult::blocked_domain: view.problem = Problem::domain; return show(422, view);
    case SignUpResult::limited: return show_instead(view, 429, Banner::many);
    // Too many for one address looks like success; otherwise the answer would reveal that the address was
    // used before.
    case SignUpResult::taken:
    case SignUpResult::too_many: break;
  }
  return show_instead(view, 200, Banner::check);
}

Result<SignUpResult> Site::take_sign_up(const SignUp& wanted) {
  TIDINGS_LET(const bool may_sign_up, limits_.take(Limit::sign_ups, wanted.client, clock_.now()));
  if (!may_sign_up) {
    count(SiteState::limited);
    return SignUpResult::limited;
  }
  TIDINGS_LET(const auto answer, service_.sign_up(wanted));
  if (answer == SignUpResult::taken) count(SiteState::sign_ups);
  if (answer == SignUpResult::too_many) count(SiteState::limited);
  return answer;
}

}  // namespace tidings::web
