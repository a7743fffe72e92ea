// The part of list_service.hpp by which readers steer: less instead of leaving, a way back, another address,
// their data.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "edition/reader_hours.hpp"
#include "members/our_files.hpp"
#include "members/pause.hpp"
#include "members/personal_data.hpp"
#include "site/list_service.hpp"
#include "subscriber/confirmation.hpp"
#include "subscriber/leave_reasons.hpp"

namespace tidings::site {
namespace {

using subscriber::Origin;
using subscriber::SubscriptionState;

constexpr std::chrono::days offered_pause{28};

members::Way by_page(std::string_view page, std::string_view client) {
  return {.origin = Origin::web,
          .detail = client.empty() ? std::string{page} : fmt::format("{}, from {}", page, client)};
}

/// Greater is rarer; 0 for a schedule without a word for its rhythm.
std::size_t rarity(const config::DigestConfig& digest) {
  constexpr std::array<std::string_view, 4> rhythms{"", "daily", "weekly", "monthly"};
  const auto word = ascii_lower(digest.schedule_text.substr(0, digest.schedule_text.find(' ')));
  const auto* const found = std::ranges::find(rhythms, word);
  return found == rhythms.end() ? 0 : static_cast<std::size_t>(found - rhythms.begin());
}

std::vector<std::string> kept_digests(const subscriber::Subscriber& known) {
  std::vector<std::string> out;
  for (const auto& each : known.subscriptions) {
    if (subscriber::is_kept(each.state)) out.push_back(each.digest);
  }
  return out;
}

}  // namespace

std::vector<std::string> ListService::rarer_than(const subscriber::Subscriber& known,
                                                 const std::string& digest) const {
  std::vector<std::string> out;
  const auto* const ours = context_.config.find_digest(digest);
  if (ours == nullptr || rarity(*ours) == 0) return out;
  const auto kept = kept_digests(known);
  if (std::ranges::find(kept, digest) == kept.end()) return out;
  for (const auto& each : context_.config.digests) {
    if (bring_same_posts(each, *ours) && rarity(each) > rarity(*ours) &&
        std::ranges::find(kept, each.name) == kept.end())
      out.push_back(each.name);
  }
  return out;
}

std::vector<web::NextMail> ListService::next_mails(const subscriber::Subscriber& known) const {
  std::vector<web::NextMail> out;
  const auto now = context_.clock.now();
  for (const auto& each : known.subscriptions) {
    const auto* const digest = context_.config.find_digest(each.digest);
    if (digest == nullptr || !subscriber::is_kept(each.state)) continue;
    // A run on the very moment at which a pause ends is one with mail.
    const auto from = each.paused_until ? *each.paused_until - std::chrono::milliseconds{1} : now;
    const auto after = std::max(now, from);
    if (digest->local_time) {
      const auto zone = edition::zone_of(context_.config, known.timezone);
      out.push_back({.digest = each.digest,
                     .at = digest::next_hour_in(digest->schedule, zone, after),
                     .timezone = zone.name()});
      continue;
    }
    out.push_back(
        {.digest = each.digest, .at = digest->schedule.next_run(after, context_.config.newsletter.zone)});
  }
  std::ranges::sort(out, {}, &web::NextMail::at);
  return out;
}

Result<std::optional<web::Member>> ListService::get_less(std::string_view token, const web::Less& less,
                                                         std::string_view client) {
  TIDINGS_LET(const auto target, target_of(token));
  if (!target) return std::nullopt;
  const auto& known = target->subscriber;
  const auto offered = leaving_of(known, target->now);
  const auto as_it_is = [&]() -> Result<std::optional<web::Member>> {
    TIDINGS_LET(auto member, describe(known));
    return member;
  };
  const auto way = by_page("unsubscribe page, less instead", client);
  const auto& zone = context_.config.newsletter.zone;
  members::Preferences wish;
  if (less.what == web::Less::What::pause) {
    if (!offered.may_pause) return as_it_is();
    const auto day = members::day_text(zone, context_.clock.now() + offered_pause);
    TIDINGS_LET(const auto until, members::parse_pause_end(day, zone, context_.clock.now()));
    wish.pause = members::PauseWish{.until = until};
  } else if (less.what == web::Less::What::topics) {
    std::vector<std::string> fewer;
    for (const auto& topic : offered.topics) {
      if (topic.is_chosen && std::ranges::find(less.topics, topic.value) != less.topics.end())
        fewer.push_back(topic.value);
    }
    if (fewer.empty()) return as_it_is();
    wish.topics = std::move(fewer);
  } else {
    if (std::ranges::find(offered.instead, less.digest) == offered.instead.end()) return as_it_is();
    auto digests = kept_digests(known);
    std::erase(digests, target->now);
    digests.push_back(less.digest);
    wish.digests = std::move(digests);
  }
  TIDINGS_TRY(membership_.change(known.id, wish, way));
  tell();
  TIDINGS_LET(const auto after, table_.find(known.id));
  if (!after) return std::nullopt;
  TIDINGS_LET(auto member, describe(*after));
  return member;
}

Result<std::optional<web::Leaving>> ListService::undo_leave(std::string_view token, UtcTime since,
                                                            std::string_view client) {
  TIDINGS_LET(const auto target, target_of(token));
  if (!target) return std::nullopt;
  TIDINGS_LET(const auto back, membership_.undo_leave(target->subscriber.id, {}, since,
                                                      by_page("unsubscribe page, undone", client)));
  if (back.empty()) return std::nullopt;
  TIDINGS_LET(const auto after, table_.find(target->subscriber.id));
  if (!after) return std::nullopt;
  return leaving_of(*after, back.size() == 1 ? back.front() : std::string{});
}

Result<bool> ListService::give_reason(std::string_view token, std::string_view reason) {
  TIDINGS_LET(const auto target, target_of(token));
  const auto known = subscriber::leave_reason_of(reason);
  if (!target || !known) return false;
  TIDINGS_TRY(subscriber::LeaveReasons(database_).record(target->subscriber.id, target->edition, *known,
                                                         context_.clock.now()));
  return true;
}

std::vector<std::string> ListService::reasons() const {
  std::vector<std::string> out;
  for (const auto reason : subscriber::all_leave_reasons) out.emplace_back(subscriber::name_of(reason));
  return out;
}

Result<bool> ListService::send_new_link(std::string_view token, std::string_view client) {
  subscriber::Confirmations confirmations{database_, context_.clock, context_.random};
  TIDINGS_LET(auto expired, confirmations.expired(token));
  if (!expired) return false;
  TIDINGS_LET(const auto known, table_.find(expired->subscriber));
  if (!known) return false;
  const auto way = by_page("expired link, a new one", client);
  if (expired->address.empty()) {
    TIDINGS_TRY(ask(*known, std::move(expired->digests), way.detail));
    return true;
  }
  TIDINGS_TRY(membership_.ask_to_move(known->id, stored_address(expired->address), way));
  tell();
  return true;
}

Result<std::optional<web::Moving>> ListService::move(std::string_view token, std::string_view address,
                                                     std::string_view client) {
  TIDINGS_LET(const auto known, member_of(token));
  if (!known) return std::nullopt;
  const auto to = parse_mail_address(trim(address));
  if (!to) return web::Moving::bad_address;
  TIDINGS_LET(const auto answer,
              membership_.ask_to_move(known->id, *to, by_page("preferences page", client)));
  tell();
  switch (answer) {
    case members::MoveAnswer::asked:
    case members::MoveAnswer::suppressed: return web::Moving::asked;
    case members::MoveAnswer::same: return web::Moving::same;
    case members::MoveAnswer::too_often: return web::Moving::too_often;
    case members::MoveAnswer::refused: return web::Moving::refused;
  }
  return web::Moving::refused;
}

Result<std::optional<std::string>> ListService::personal_data(std::string_view token) {
  TIDINGS_LET(const auto known, member_of(token));
  if (!known) return std::nullopt;
  TIDINGS_LET(auto data, members::personal_data(context_, stored_address(known->address)));
  return data;
}

Result<bool> ListService::erase(std::string_view token) {
  TIDINGS_LET(const auto known, member_of(token));
  if (!known) return false;
  TIDINGS_TRY(members::erase_person(
      context_, {.address = known->address, .name = known->name, .subscriber = known->id}));
  return true;
}

}  // namespace tidings::site
