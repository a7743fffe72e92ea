#include "site/list_service.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "digest/edition_table.hpp"
#include "members/pause.hpp"
#include "members/topics.hpp"
#include "store/instance.hpp"
#include "subscriber/confirmation.hpp"
#include "subscriber/consent.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/time_zone.hpp"
#include "web/choices.hpp"

namespace tidings::site {
namespace {

using subscriber::NoticeKind;
using subscriber::Origin;
using subscriber::SubscriptionState;
using subscriber::TokenForm;
using subscriber::TokenPurpose;

/// Its first characters and its last one; of a short text only the first.
std::string shortened(std::string_view text) {
  std::vector<std::string_view> characters;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    static_cast<void>(next_code_point(text, at));
    characters.push_back(text.substr(begin, at - begin));
  }
  std::string out;
  const std::size_t first = characters.size() > 4 ? 2 : std::min<std::size_t>(1, characters.size());
  for (std::size_t i = 0; i < first; ++i) out += characters[i];
  out += "…\u2060";  // a word joiner keeps it on one line
  if (characters.size() > 3) out += characters.back();
  return out;
}

const subscriber::Subscription* subscription_of(const subscriber::Subscriber& subscriber,
                                                std::string_view digest) {
  const auto found = std::ranges::find(subscriber.subscriptions, digest,
                                       [](const auto& each) { return std::string_view{each.digest}; });
  return found == subscriber.subscriptions.end() ? nullptr : &*found;
}

bool is_on_list(const subscriber::Subscription& subscription) {
  return subscription.state != SubscriptionState::withdrawn;
}

std::string from_where(std::string_view what, std::string_view client) {
  return client.empty() ? std::string{what} : fmt::format("{}, from {}", what, client);
}

}  // namespace

std::string masked(const std::string& address) {
  const auto at = address.rfind('@');
  if (at == std::string::npos) return "…";
  const auto domain = domain_to_unicode(address.substr(at + 1));
  const auto dot = std::min(domain.rfind('.'), domain.size());
  return fmt::format("{}@{}{}", shortened(std::string_view{address}.substr(0, at)),
                     shortened(std::string_view{domain}.substr(0, dot)), domain.substr(dot));
}

Result<std::unique_ptr<ListService>> ListService::open(const config::SharedContext& shared,
                                                       std::function<void()> on_request,
                                                       members::LeaveWriter* writer) {
  TIDINGS_LET(auto database, store::Database::open(shared.config.store, store::Create::yes));
  TIDINGS_LET(auto keys, subscriber::KeyRing::open(database, shared.random, shared.clock));
  std::unique_ptr<ListService> service{new ListService{shared, std::move(database), std::move(keys)}};
  service->on_request_ = std::move(on_request);
  service->writer_ = writer;
  TIDINGS_LET(service->blocked_, subscriber::WatchedDomainList::open(shared.config.web.blocked_domains,
                                                                     shared.config.web.blocked_domains_file));
  return service;
}

ListService::ListService(const config::SharedContext& shared, store::Database database,
                         subscriber::KeyRing keys)
    : database_(std::move(database)),
      context_(shared.on(database_)),
      table_(database_, shared.clock),
      membership_(context_),
      key_count_(keys.keys().size()),
      tokens_(std::move(keys)),
      webhooks_(context_) {}

Result<std::optional<subscriber::TokenSubject>> ListService::verify(TokenPurpose purpose,
                                                                    std::string_view token) {
  if (auto subject = tokens_.verify(purpose, TokenForm::link, token)) return subject;
  TIDINGS_LET(auto keys, subscriber::KeyRing::peek(database_, context_.random));
  if (keys.keys().size() == key_count_) return std::nullopt;
  key_count_ = keys.keys().size();
  tokens_ = subscriber::Tokens{std::move(keys)};
  return tokens_.verify(purpose, TokenForm::link, token);
}

Result<std::optional<ListService::Target>> ListService::target_of(std::string_view token) {
  TIDINGS_LET(const auto subject, verify(TokenPurpose::unsubscribe, token));
  if (!subject) return std::nullopt;
  TIDINGS_LET(auto subscriber, table_.find(subject->subscriber));
  if (!subscriber) return std::nullopt;
  Target target{.subscriber = *std::move(subscriber), .digest = {}, .now = {}, .edition = subject->edition};
  TIDINGS_LET(target.digest, digest_of(subject->edition));
  target.now = target.digest;
  const auto gets = [&target](const std::string& digest) {
    return std::ranges::any_of(target.subscriber.subscriptions, [&](const subscriber::Subscription& each) {
      return each.digest == digest && is_on_list(each);
    });
  };
  if (target.digest.empty() || gets(target.digest)) return target;
  TIDINGS_LET(const auto history, subscriber::ConsentLog(database_).history(target.subscriber.id));
  for (auto& heir : subscriber::in_place_of(target.digest, history)) {
    if (gets(target.now)) break;
    target.now = std::move(heir);
  }
  return target;
}

Result<std::string> ListService::digest_of(EditionId edition) {
  if (edition.value == 0) return std::string{};
  if (const auto known = digests_of_editions_.find(edition.value); known != digests_of_editions_.end())
    return known->second;
  TIDINGS_LET(const auto found, digest::EditionTable(database_).get(edition));
  return digests_of_editions_.emplace(edition.value, found.digest).first->second;
}

void ListService::tell() {
  if (membership_.take_queued()) on_request_();
}

Result<std::optional<web::Leaving>> ListService::leaving(std::string_view token) {
  TIDINGS_LET(const auto target, target_of(token));
  if (!target) return std::nullopt;
  return leaving_of(target->subscriber, target->now);
}

Result<std::optional<web::Leaving>> ListService::leave(std::string_view token, web::Scope scope,
                                                       std::string_view client) {
  TIDINGS_LET(const auto target, target_of(token));
  if (!target) return std::nullopt;
  const auto id = target->subscriber.id;
  const auto digest = scope == web::Scope::all ? std::string{} : target->now;
  const auto before = leaving_of(target->subscriber, digest);
  // Skip the write lock if already unsubscribed: people click repeatedly.
  if (!before.is_subscribed) return before;
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_TRY(
      membership_.leave_by_mail(transaction, id, scope == web::Scope::all ? std::string{} : target->digest,
                                {.origin = Origin::web, .detail = from_where("unsubscribe link", client)}));
  TIDINGS_TRY(transaction.commit());
  tell();
  TIDINGS_LET(const auto after, table_.find(id));
  if (!after) return std::nullopt;
  return leaving_of(*after, digest);
}

Result<std::optional<std::function<void(web::Settled)>>> ListService::leave_at_once(std::string_view token,
                                                                                    std::string_view client) {
  // No lookup needed: a token that verifies was made for somebody, and a person erased since has left.
  TIDINGS_LET(const auto subject, verify(TokenPurpose::unsubscribe, token));
  if (!subject) return std::nullopt;
  TIDINGS_LET(const auto digest, digest_of(subject->edition));
  members::Withdrawal wanted{
      .subscriber = subject->subscriber,
      .digest = digest,
      .way = {.origin = Origin::one_click, .detail = from_where("unsubscribe link", client)}};
  if (writer_ != nullptr) {
    return [writer = writer_, wanted = std::move(wanted)](web::Settled settled) {
      writer->take(wanted, std::move(settled));
    };
  }
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_TRY(membership_.leave_by_mail(transaction, wanted.subscriber, wanted.digest, wanted.way));
  TIDINGS_TRY(transaction.commit());
  tell();
  return std::function<void(web::Settled)>{};
}

web::Leaving ListService::leaving_of(const subscriber::Subscriber& known, const std::string& digest) const {
  web::Leaving leaving{.address = masked(known.address), .language = known.language, .digest = digest};
  bool has_kept = false;
  for (const auto& each : known.subscriptions) {
    if (!is_on_list(each)) continue;
    has_kept = has_kept || subscriber::is_kept(each.state);
    leaving.may_pause = leaving.may_pause || each.state == SubscriptionState::confirmed;
    if (digest.empty() || each.digest == digest) {
      leaving.is_subscribed = true;
    } else if (subscriber::is_kept(each.state)) {
      leaving.others.push_back(each.digest);
    }
  }
  if (!leaving.is_subscribed || !has_kept) {
    leaving.may_pause = false;
    return leaving;
  }
  if (!digest.empty()) leaving.instead = rarer_than(known, digest);
  leaving.topics = topics();
  for (auto& topic : leaving.topics)
    topic.is_chosen =
        known.topics.empty() || std::ranges::find(known.topics, topic.value) != known.topics.end();
  return leaving;
}

Result<bool> ListService::come_back(std::string_view token, std::string_view client) {
  TIDINGS_LET(const auto target, target_of(token));
  if (!target) return false;
  std::vector<std::string> digests;
  for (const auto& each : target->subscriber.subscriptions) {
    const bool ours = target->now.empty() || each.digest == target->now;
    if (ours && each.state == SubscriptionState::withdrawn) digests.push_back(each.digest);
  }
  TIDINGS_TRY(
      ask(target->subscriber, std::move(digests), from_where("unsubscribe page, subscribe again", client)));
  return true;
}

Result<void> ListService::ask(const subscriber::Subscriber& known, std::vector<std::string> digests,
                              std::string detail) {
  std::erase_if(digests,
                [&](const std::string& name) { return context_.config.find_digest(name) == nullptr; });
  auto address = parse_mail_address(known.address);
  if (address && !digests.empty()) {
    TIDINGS_TRY(subscriber::NoticeTable(database_, context_.clock)
                    .take_sign_up({.address = *std::move(address),
                                   .digests = std::move(digests),
                                   .detail = std::move(detail)}));
  }
  on_request_();
  return {};
}

Result<web::Joining> ListService::describe(const subscriber::Subscriber& subscriber,
                                           std::vector<std::string> digests) const {
  return web::Joining{
      .address = masked(subscriber.address), .language = subscriber.language, .digests = std::move(digests)};
}

Result<std::optional<web::Joining>> ListService::joining(std::string_view token) {
  subscriber::Confirmations confirmations{database_, context_.clock, context_.random};
  TIDINGS_LET(auto confirmation, confirmations.peek(token));
  const bool is_done = !confirmation;
  if (is_done) {
    TIDINGS_LET(confirmation, confirmations.used(token));
  }
  const bool is_expired = !confirmation;
  if (is_expired) {
    TIDINGS_LET(confirmation, confirmations.expired(token));
  }
  if (!confirmation) return std::nullopt;
  TIDINGS_LET(const auto subscriber, table_.find(confirmation->subscriber));
  if (!subscriber) return std::nullopt;
  TIDINGS_LET(auto joining, describe(*subscriber, std::move(confirmation->digests)));
  joining.is_done = is_done && !is_expired;
  joining.is_expired = is_expired;
  joining.moves = !confirmation->address.empty();
  if (joining.moves) joining.address = masked(confirmation->address);
  return joining;
}

Result<std::optional<web::Joining>> ListService::confirm(std::string_view token, std::string_view client) {
  const members::Way way{.origin = Origin::web, .detail = from_where("confirmation page", client)};
  TIDINGS_LET(auto confirmed, membership_.confirm(token, way));
  if (!confirmed) return std::nullopt;
  tell();
  TIDINGS_LET(const auto subscriber, table_.find(confirmed->subscriber));
  if (!subscriber) return std::nullopt;
  TIDINGS_LET(auto joining, describe(*subscriber, std::move(confirmed->digests)));
  joining.is_done = confirmed->before;
  joining.moves = confirmed->has_moved;
  return joining;
}

Result<std::optional<web::Member>> ListService::member(std::string_view token) {
  TIDINGS_LET(const auto known, member_of(token));
  if (!known) return std::nullopt;
  TIDINGS_LET(auto member, describe(*known));
  return member;
}

Result<std::optional<subscriber::Subscriber>> ListService::member_of(std::string_view token) {
  TIDINGS_LET(const auto subject, verify(TokenPurpose::preferences, token));
  if (!subject) return std::nullopt;
  return table_.find(subject->subscriber);
}

Result<web::Member> ListService::describe(const subscriber::Subscriber& known) {
  const auto is_theirs = [&](const std::string& digest) {
    const auto* const subscription = subscription_of(known, digest);
    return subscription != nullptr && is_on_list(*subscription);
  };
  web::Member member{.address = masked(known.address),
                     .name = known.name,
                     .language = known.language,
                     .digests = choices_of([&](const config::DigestConfig& digest) {
                       return digest.sign_up != config::SignUp::hidden || is_theirs(digest.name);
                     }),
                     .topics = topics()};
  for (auto& choice : member.digests) choice.is_chosen = is_theirs(choice.value);
  // A topic of theirs that is no longer in the configuration stays until they remove it.
  for (const auto& topic : known.topics) {
    const auto found = std::ranges::find(member.topics, topic, &web::Choice::value);
    if (found == member.topics.end()) {
      member.topics.push_back({.value = topic, .label = topic, .is_chosen = true});
    } else {
      found->is_chosen = true;
    }
  }
  member.fields = fields();
  for (auto& field : member.fields) {
    const auto value = known.fields.find(field.name);
    if (value != known.fields.end()) field.value = value->second;
  }
  member.timezone = known.timezone;
  const bool has_hour = std::ranges::any_of(member.digests, [&](const web::Choice& choice) {
    return context_.config.find_digest(choice.value)->local_time;
  });
  if (has_hour || !known.timezone.empty()) {
    member.zones = zones_to_choose();
    web::choose_zone(member.zones, known.timezone == context_.config.newsletter.zone.name() ? std::string{}
                                                                                            : known.timezone);
  }
  TIDINGS_LET(member.is_stopped, is_stopped(known));
  const auto& zone = context_.config.newsletter.zone;
  const auto now = context_.clock.now();
  for (const auto& each : known.subscriptions) {
    member.may_pause = member.may_pause || subscriber::is_kept(each.state);
    if (each.paused_until) member.paused_until = members::day_text(zone, *each.paused_until);
  }
  member.first_day = members::day_text(zone, now + std::chrono::days{1});
  member.last_day = members::day_text(zone, now + members::longest_pause);
  if (!member.is_stopped) member.next = next_mails(known);
  return member;
}

Result<bool> ListService::is_stopped(const subscriber::Subscriber& known) {
  const auto address = stored_address(known.address);
  TIDINGS_LET(const auto suppression, subscriber::Suppressions(database_, context_.clock).lookup(address));
  return suppression && suppression->cause != subscriber::SuppressionCause::erased;
}

/// Nothing for a day that makes no sense; the same day again is no wish.
std::optional<std::optional<members::PauseWish>> ListService::pause_wish(const subscriber::Subscriber& known,
                                                                         const std::string& day) const {
  const auto& zone = context_.config.newsletter.zone;
  std::optional<UtcTime> now;
  for (const auto& each : known.subscriptions) now = std::max(now, each.paused_until);
  if (day == (now ? members::day_text(zone, *now) : std::string{}))
    return std::optional<members::PauseWish>{};
  if (day.empty()) return members::PauseWish{};
  const auto until = members::parse_pause_end(day, zone, context_.clock.now());
  if (!until) return std::nullopt;
  return members::PauseWish{.until = *until};
}

Result<std::optional<web::Change>> ListService::change(std::string_view token,
                                                       const web::Preferences& preferences,
                                                       std::string_view client) {
  TIDINGS_LET(const auto subject, verify(TokenPurpose::preferences, token));
  if (!subject) return std::nullopt;
  TIDINGS_LET(const auto known, table_.find(subject->subscriber));
  if (!known) return std::nullopt;
  std::vector<std::string> digests;
  for (const auto& wanted : preferences.digests) {
    if (context_.config.find_digest(wanted) == nullptr)
      return fail(Errc::bad_data, "there is no such digest");
    if (std::ranges::find(digests, wanted) == digests.end()) digests.push_back(wanted);
  }
  members::Preferences all{.name = preferences.name,
                           .language = preferences.language,
                           .timezone = preferences.timezone,
                           .topics = preferences.topics,
                           .fields = subscriber::Fields(preferences.fields.begin(), preferences.fields.end()),
                           .digests = std::move(digests)};
  if (preferences.paused_until) {
    const auto pause = pause_wish(*known, *preferences.paused_until);
    if (!pause) return web::Change::bad_day;
    all.pause = *pause;
  }
  TIDINGS_LET(const auto changed,
              membership_.change(known->id, all,
                                 {.origin = Origin::web, .detail = from_where("preferences page", client)}));
  tell();
  if (!changed.refused.empty()) return web::Change::partly;
  return changed.digests.pending.empty() ? web::Change::saved : web::Change::waits_for_confirmation;
}

Result<web::SignUpResult> ListService::sign_up(const web::SignUp& wanted) {
  auto address = parse_mail_address(trim(wanted.address));
  if (!address) return web::SignUpResult::bad_address;
  if (blocked_.contains(address->domain)) return web::SignUpResult::blocked_domain;
  const auto agreed = wanted.consent.empty() ? wanted.way : fmt::format("{}: {}", wanted.way, wanted.consent);
  subscriber::SignUpRequest request{.address = *std::move(address),
                                    .detail = from_where(agreed, wanted.client)};
  if (const auto name = subscriber::check_name(collapse_blanks(wanted.name))) request.name = *name;
  if (const auto language = subscriber::check_language(wanted.language)) request.language = *language;
  request.timezone = wanted.timezone;
  request.digests = wanted.digests;
  if (request.digests.empty()) request.digests = members::usual_digests(context_.config);
  request.topics = wanted.topics;
  for (const auto& [name, value] : wanted.fields) {
    if (!value.empty()) request.fields.emplace(name, value);
  }
  TIDINGS_LET(const bool taken, subscriber::NoticeTable(database_, context_.clock).take_sign_up(request));
  on_request_();
  return taken ? web::SignUpResult::taken : web::SignUpResult::too_many;
}

std::vector<web::Choice> ListService::choices_of(
    const std::function<bool(const config::DigestConfig&)>& is_offered) const {
  std::vector<web::Choice> choices;
  const auto groups = members::rhythm_groups(context_.config);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& digest = context_.config.digests[i];
    if (!is_offered(digest)) continue;
    choices.push_back(
        {.value = digest.name, .is_chosen = digest.sign_up == config::SignUp::preset, .group = groups[i]});
  }
  return choices;
}

std::vector<web::Choice> ListService::digests() const {
  return choices_of(
      [](const config::DigestConfig& digest) { return digest.sign_up != config::SignUp::hidden; });
}

std::vector<web::OwnField> ListService::fields() const {
  std::vector<web::OwnField> fields;
  for (const auto& each : context_.config.fields) {
    fields.push_back({.kind = static_cast<web::OwnField::Kind>(each.kind),
                      .name = each.name,
                      .title = each.title,
                      .choices = each.choices});
  }
  return fields;
}

std::vector<web::Choice> ListService::zones() const {
  const bool is_asked = std::ranges::any_of(context_.config.digests, [](const config::DigestConfig& digest) {
    return digest.local_time && digest.sign_up != config::SignUp::hidden;
  });
  return is_asked ? zones_to_choose() : std::vector<web::Choice>{};
}

std::vector<web::Choice> ListService::zones_to_choose() const {
  const auto own = context_.config.newsletter.zone.name();
  const auto offered = subscriber::offered_zones(context_.clock.now(), {own});
  std::vector<web::Choice> choices;
  for (const auto& zone : offered) {
    const bool is_own = zone.name == own;
    choices.push_back({.value = is_own ? std::string{} : zone.name,
                       .label = subscriber::label_of(zone),
                       .is_chosen = is_own});
    if (is_own) std::ranges::rotate(choices, choices.end() - 1);
  }
  return choices;
}

Result<std::string> ListService::check_zone(std::string_view name) const {
  TIDINGS_LET(auto zone, subscriber::check_timezone(name));
  return zone;
}

Result<std::string> ListService::check_field(std::string_view name, std::string_view answer) const {
  TIDINGS_LET(const auto* const field, subscriber::find_field(name, context_.config.fields));
  return subscriber::check_field(*field, answer);
}

std::vector<web::Choice> ListService::topics() const {
  std::vector<web::Choice> choices;
  for (auto& topic : members::offered_topics(context_.config)) {
    choices.push_back({.value = std::move(topic.name),
                       .label = std::move(topic.title),
                       .description = std::move(topic.description)});
  }
  return choices;
}

Result<int> ListService::take_webhook(std::string_view relay, const web::Request& call) {
  return webhooks_.take(relay, call);
}

Result<void> ListService::check() {
  TIDINGS_TRY(store::fact(database_, "instance"));
  return {};
}

Result<std::vector<web::Metric>> ListService::metrics() {
  const auto now = context_.clock.now();
  const bool is_fresh = metrics_at_ <= now && now - metrics_at_ < std::chrono::minutes{1};
  if (!tell_metrics_ || (!metrics_.empty() && is_fresh)) return metrics_;
  TIDINGS_LET(metrics_, tell_metrics_(context_));
  metrics_at_ = now;
  return metrics_;
}

}  // namespace tidings::site
