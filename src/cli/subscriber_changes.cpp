// subscriber add | set | pause | resume | confirm | reconfirm | unsubscribe | erase
#include <algorithm>
#include <atomic>
#include <utility>

#include <fmt/format.h>

#include "app/report.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/output.hpp"
#include "cli/subscriber_commands.hpp"
#include "members/membership.hpp"
#include "members/notices.hpp"
#include "members/our_files.hpp"
#include "members/pause.hpp"
#include "members/roster.hpp"
#include "site/pages.hpp"

namespace tidings::cli {
namespace {

using namespace tidings::subscriber;

struct AddOptions {
  std::string address;
  std::string name;
  std::string language;
  std::string timezone;
  std::vector<std::string> digests;
  std::vector<std::string> topics;
  std::vector<std::string> fields;
  bool confirmed = false;
};

/// At once if the relay answers. Otherwise the mail waits for "send --due" or "serve", and the command has
/// not failed.
void send_queued(const config::Context& context, members::Membership& membership) {
  if (!membership.take_queued()) return;
  const auto pages = site::WebPages::load(context.config);
  if (!pages) return log::warning("the mail is waiting: " + pages.error().line());
  const std::atomic<bool> never{false};
  const auto report = members::send_notices(context, **pages, {}, never);
  if (!report) return log::warning("the mail is waiting: " + report.error().line());
  if (!report->trouble.empty()) {
    log::warning(fmt::format("the mail is waiting for the next \"tidings send --due\": {}", report->trouble));
  }
}

/// For programs and for people.
std::pair<std::string_view, std::string> outcome_of(const AddResult& result, const AddOptions& options) {
  switch (result.outcome) {
    case AddOutcome::added:
      return {"added",
              options.confirmed ? "added" : "added, not yet confirmed (--confirmed if you have consent)"};
    case AddOutcome::already_there:
      return {"unchanged", result.pending.empty() ? "is already on the list"
                                                  : fmt::format("is already on the list, not yet confirmed; "
                                                                "asked again about: {}",
                                                                join(result.pending, ", "))};
    case AddOutcome::resubscribed_pending:
      return {"pending", fmt::format("had unsubscribed; now needs a new confirmation of: {}",
                                     join(result.pending, ", "))};
    case AddOutcome::left: return {"left", "had unsubscribed"};
    case AddOutcome::suppressed: break;
  }
  return {"suppressed", "is suppressed"};
}

Result<Exit> add(Session& session, const AddOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(auto digests, digests_or_every(*config, options.digests));
  TIDINGS_LET(auto fields, named_fields(*config, options.fields));
  TIDINGS_LET(const auto context, session.context());
  members::Membership membership{context};
  const auto text = address.text();
  TIDINGS_LET(const auto result, membership.join({.address = std::move(address),
                                                  .name = options.name,
                                                  .language = options.language,
                                                  .timezone = options.timezone,
                                                  .topics = options.topics,
                                                  .fields = std::move(fields),
                                                  .digests = std::move(digests),
                                                  .state = options.confirmed ? SubscriptionState::confirmed
                                                                             : SubscriptionState::pending,
                                                  .confirmed = {},
                                                  .left = {},
                                                  .origin = Origin::cli,
                                                  .detail = "subscriber add"}));
  send_queued(context, membership);
  if (result.outcome == AddOutcome::suppressed) {
    return fail(Errc::not_permitted,
                fmt::format("{} must not be mailed: {}", text,
                            app::suppression_in_words(fmt::format("suppressed: {}", name_of(*result.cause)))),
                "if you are sure, \"tidings suppression remove\" lifts it");
  }
  const auto [outcome, words] = outcome_of(result, options);
  tell({{"address", text}, {"outcome", outcome}, {"pending", result.pending}},
       fmt::format("{} {}\n", text, words));
  return Exit::done;
}

struct SetOptions {
  std::string address;
  std::optional<std::string> name;
  std::optional<std::string> language;
  std::optional<std::string> timezone;
  std::optional<std::vector<std::string>> topics;
  bool all_topics = false;
  std::vector<std::string> fields;
  std::vector<std::string> cadence;
  std::string email;
};

/// Asks at the other address.
Result<void> move(members::Membership& membership, const Subscriber& found, const MailAddress& to) {
  const members::Way way{.origin = Origin::cli, .detail = "subscriber set --email"};
  TIDINGS_LET(const auto answer, membership.ask_to_move(found.id, to, way));
  switch (answer) {
    case members::MoveAnswer::asked:
      tell({{"address", found.address}, {"asked_address", to.text()}},
           fmt::format("{}: a mail asks {} to confirm; until then nothing changes\n", found.address,
                       to.text()));
      return {};
    case members::MoveAnswer::same:
      tell({{"address", found.address}, {"asked_address", nullptr}},
           fmt::format("{}: this is the address already\n", found.address));
      return {};
    case members::MoveAnswer::suppressed:
      return fail(Errc::not_permitted, fmt::format("{} must not be mailed: it is suppressed", to.text()),
                  "if you are sure, \"tidings suppression remove\" lifts it");
    case members::MoveAnswer::too_often:
      return fail(Errc::try_again,
                  fmt::format("{} or {} was asked three times today", found.address, to.text()),
                  "try again tomorrow");
    case members::MoveAnswer::refused: break;
  }
  return fail(Errc::not_permitted,
              fmt::format("{} has left everything or is suppressed by hand, and cannot move", found.address));
}

/// "weekly", several digests, or "off" alone.
Result<std::vector<std::string>> digests_of_cadence(const config::Config& config,
                                                    const std::vector<std::string>& words) {
  std::vector<std::string> digests;
  for (const auto& word : words) {
    if (word == "off" && config.find_digest(word) == nullptr) {
      if (words.size() > 1) return fail(Errc::usage, "--cadence off excludes a digest");
      return digests;
    }
    TIDINGS_TRY(config.digest(word));
    if (std::ranges::find(digests, word) == digests.end()) digests.push_back(word);
  }
  return digests;
}

std::string in_words(const members::Changed& changed) {
  std::string out;
  const auto part = [&](const std::vector<std::string>& names, std::string_view words) {
    if (!names.empty()) out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", words, join(names, ", "));
  };
  if (changed.details) out = "changed";
  part(changed.digests.left, "no longer");
  part(changed.digests.joined, "from now on");
  part(changed.digests.pending, "must be confirmed first");
  return out;
}

Result<Exit> set(Session& session, const SetOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto found, members::find_subscriber(context.database, context.clock, options.address));
  members::Preferences preferences{.name = options.name,
                                   .language = options.language,
                                   .timezone = options.timezone,
                                   .topics = options.topics,
                                   .fields = {},
                                   .digests = {}};
  TIDINGS_LET(preferences.fields, named_fields(*config, options.fields));
  if (options.all_topics) preferences.topics = std::vector<std::string>{};
  if (!options.cadence.empty()) {
    TIDINGS_LET(preferences.digests, digests_of_cadence(*config, options.cadence));
  }
  const bool has_preferences = preferences.name || preferences.language || preferences.timezone ||
                               preferences.topics || preferences.digests || !preferences.fields.empty();
  if (!has_preferences && options.email.empty()) {
    return fail(Errc::usage, "nothing to set",
                "--cadence, --name, --language, --timezone, --topic, --all-topics, --field or --email");
  }
  members::Membership membership{context};
  if (!options.email.empty()) {
    TIDINGS_LET(const auto to, parse_mail_address(trim(options.email)));
    TIDINGS_TRY(move(membership, found, to));
  }
  if (!has_preferences) {
    send_queued(context, membership);
    return Exit::done;
  }
  TIDINGS_LET(const auto changed,
              membership.change(found.id, preferences, {.origin = Origin::cli, .detail = "subscriber set"}));
  send_queued(context, membership);
  const auto done = in_words(changed);
  tell({{"address", found.address},
        {"changed", changed.details},
        {"left", changed.digests.left},
        {"joined", changed.digests.joined},
        {"pending", changed.digests.pending},
        {"refused", changed.refused}},
       fmt::format("{}: {}\n", found.address, done.empty() ? "nothing changed" : done));
  if (changed.refused.empty()) return Exit::done;
  return fail(
      Errc::not_permitted,
      fmt::format("{} is suppressed and will not get: {}", found.address, join(changed.refused, ", ")),
      "if you are sure, \"tidings suppression remove\" lifts it");
}

struct PauseOptions {
  std::string address;
  std::string until;
};

Result<Exit> pause(Session& session, const PauseOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto found, members::find_subscriber(context.database, context.clock, options.address));
  const auto& zone = context.config.newsletter.zone;
  TIDINGS_LET(const auto until, members::parse_pause_end(options.until, zone, context.clock.now()));
  TIDINGS_LET(const auto paused, members::Membership(context).pause(
                                     found.id, until, {.origin = Origin::cli, .detail = "subscriber pause"}));
  const auto day = members::day_text(zone, until);
  const Json told{{"address", found.address}, {"paused", paused}, {"paused_until", json_time(until)}};
  if (!paused.empty()) {
    tell(told, fmt::format("{} gets nothing before {}: {}\n", found.address, day, join(paused, ", ")));
    return Exit::done;
  }
  const bool already = std::ranges::any_of(
      found.subscriptions, [&](const Subscription& one) { return one.paused_until == until; });
  tell(told, already ? fmt::format("{} is paused until {} already\n", found.address, day)
                     : fmt::format("{} gets nothing that could be paused\n", found.address));
  return Exit::done;
}

Result<Exit> resume(Session& session, const AddressOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto found, members::find_subscriber(context.database, context.clock, options.address));
  TIDINGS_LET(const auto resumed, members::Membership(context).resume(
                                      found.id, {.origin = Origin::cli, .detail = "subscriber resume"}));
  tell({{"address", found.address}, {"resumed", resumed}},
       resumed.empty() ? fmt::format("{} is not paused\n", found.address)
                       : fmt::format("{} gets again: {}\n", found.address, join(resumed, ", ")));
  return Exit::done;
}

struct UnsubscribeOptions {
  std::string address;
  std::vector<std::string> digests;
};

Result<Exit> unsubscribe(Session& session, const UnsubscribeOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  for (const auto& name : options.digests) TIDINGS_TRY(config->digest(name));
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto found, members::find_subscriber(context.database, context.clock, options.address));
  members::Membership membership{context};
  TIDINGS_LET(const auto ended,
              membership.leave(found.id, options.digests,
                               {.origin = Origin::cli, .detail = "subscriber unsubscribe"}));
  send_queued(context, membership);
  tell({{"address", found.address}, {"left", ended}},
       ended.empty() ? fmt::format("{} was not subscribed\n", found.address)
                     : fmt::format("{} unsubscribed from: {}\n", found.address, join(ended, ", ")));
  return Exit::done;
}

Result<Exit> erase(Session& session, const AddressOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto found, members::find_person(context.database, context.clock, options.address));
  if (!found) {
    TIDINGS_LET(const auto address, parse_mail_address(trim(options.address)));
    return fail(Errc::no_input, fmt::format("there is no subscriber {}", address.text()));
  }
  TIDINGS_LET(const auto erased, members::erase_person(context, *found));
  tell({{"address", found->address}, {"outcome", "erased"}, {"file_count", erased.files}},
       fmt::format("{} is erased; imports will not add it again{}\n", found->address,
                   erased.files == 0
                       ? ""
                       : fmt::format("; deleted {} containing the address", plural(erased.files, "file"))));
  if (erased.done) return Exit::done;
  return fail(
      Errc::try_again, "another process is reading the database, whose log still holds the address",
      "\"tidings db check --mend\" removes it; so will the next \"send --due\", \"run\" or \"serve\"");
}

struct ConfirmOptions {
  std::string what;
  std::vector<std::string> digests;
};

/// By the token of a confirmation mail, or for an address whose consent you have.
Result<Exit> confirm(Session& session, const ConfirmOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  for (const auto& name : options.digests) TIDINGS_TRY(config->digest(name));
  TIDINGS_LET(const auto context, session.context(Access::existing));
  members::Membership membership{context};
  if (options.what.find('@') == std::string::npos) {
    const members::Way way{.origin = Origin::cli, .detail = "subscriber confirm, by token"};
    TIDINGS_LET(const auto redeemed, membership.confirm(trim(options.what), way));
    if (!redeemed) return fail(Errc::no_input, "invalid or expired token", "tokens are valid for three days");
    send_queued(context, membership);
    tell({{"address", nullptr}, {"confirmed", redeemed->digests}},
         fmt::format("{}confirmed: {}\n", redeemed->before ? "already " : "", join(redeemed->digests, ", ")));
    return Exit::done;
  }
  TIDINGS_LET(const auto found, members::find_subscriber(context.database, context.clock, options.what));
  TIDINGS_LET(
      const auto confirmed,
      membership.confirm(found.id, options.digests, {.origin = Origin::cli, .detail = "subscriber confirm"}));
  send_queued(context, membership);
  tell({{"address", found.address}, {"confirmed", confirmed}},
       confirmed.empty() ? fmt::format("{} has nothing to confirm\n", found.address)
                         : fmt::format("{} confirmed: {}\n", found.address, join(confirmed, ", ")));
  return Exit::done;
}

struct ReconfirmOptions {
  std::string before;
  std::vector<std::string> digests;
  bool dry_run = false;
};

Result<Exit> reconfirm(Session& session, const ReconfirmOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  for (const auto& name : options.digests) TIDINGS_TRY(config->digest(name));
  TIDINGS_LET(const auto context, session.context(Access::existing));
  const auto now = context.clock.now();
  TIDINGS_LET(const auto before, members::parse_day(options.before, config->newsletter.zone, now));
  if (before > now) {
    return fail(Errc::bad_data, fmt::format("{} is not past", options.before),
                "everybody who confirmed before that day is asked");
  }
  members::Membership membership{context};
  TIDINGS_LET(const auto asked,
              membership.ask_again(before, options.digests,
                                   options.dry_run ? members::DryRun::yes : members::DryRun::no));
  send_queued(context, membership);
  const auto within = format_duration(config->web.reconfirm_within);
  tell({{"asked_count", asked}, {"dry_run", options.dry_run}},
       options.dry_run
           ? fmt::format("dry run: {} would be asked; nothing was changed\n", plural(asked, "subscriber"))
       : asked == 0 ? std::string{"nobody to ask\n"}
                    : fmt::format("{} asked; without an answer within {} of the mail a subscription ends\n",
                                  plural(asked, "subscriber"), within));
  return Exit::done;
}

}  // namespace

void add_subscriber_changes(Command noun, Session& session) {
  add_command<AddOptions>(
      noun, session, "add", "add a subscriber",
      [](Command command, AddOptions& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
        command.add_option("--name", options.name, "name used in mails, e.g. \"Ada Lovelace\"");
        command.add_option("--language", options.language, "BCP 47, e.g. de (default: the newsletter's)");
        command.add_option("--timezone", options.timezone, "e.g. America/Lima (default: the newsletter's)")
            .value_name("ZONE");
        command.add_option("--digest", options.digests, "default: every digest");
        command.add_option("--topic", options.topics, "default: every topic");
        command.add_option("--field", options.fields, "a field of your own: NAME=VALUE, e.g. city=Porto");
        command.add_flag("--confirmed", options.confirmed, "you have the subscriber's consent");
      },
      add);
  add_command<SetOptions>(
      noun, session, "set", "change a subscriber's cadence, name, language, zone, topics or address",
      [](Command command, SetOptions& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
        command.add_option("--name", options.name, "name used in mails, e.g. \"Ada Lovelace\"");
        command.add_option("--language", options.language, "BCP 47, e.g. de");
        command
            .add_option("--timezone", options.timezone,
                        "e.g. America/Lima, for digests with local_time; \"\": the newsletter's")
            .value_name("ZONE");
        command.add_option("--topic", options.topics, "replaces the topics");
        command.add_option("--field", options.fields, "NAME=VALUE, e.g. city=Porto; NAME= removes it");
        command
            .add_option(
                "--cadence", options.cadence,
                "digest to get from now on (repeat for several), or off; nothing is missed or sent twice")
            .value_name("DIGEST|off");
        command.add_flag("--all-topics", options.all_topics, "every topic");
        command
            .add_option("--email", options.email,
                        "another address, which is asked by mail; all else stays, and the old one is told")
            .value_name("ADDRESS");
      },
      set);
  add_command<PauseOptions>(
      noun, session, "pause", "send nothing until a day; what appears meanwhile is not made up for",
      [](Command command, PauseOptions& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
        command
            .add_option("--until", options.until,
                        "the first day with mail again, e.g. 2027-01-15; at most a year away")
            .value_name("DAY")
            .required();
      },
      pause);
  add_command<AddressOption>(
      noun, session, "resume", "end a pause now",
      [](Command command, AddressOption& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
      },
      resume);
  add_command<UnsubscribeOptions>(
      noun, session, "unsubscribe", "unsubscribe and withdraw consent",
      [](Command command, UnsubscribeOptions& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
        command.add_option("--digest", options.digests, "default: every digest");
      },
      unsubscribe);
  add_command<ConfirmOptions>(
      noun, session, "confirm",
      "confirm a pending subscription, by the token of a mail or with consent you have",
      [](Command command, ConfirmOptions& options) {
        command.add_option("ADDRESS|TOKEN", options.what, "an address, or the token of the link in a mail")
            .required();
        command.add_option("--digest", options.digests, "default: every pending digest");
      },
      confirm);
  add_command<ReconfirmOptions>(
      noun, session, "reconfirm", "ask once more, by mail; what nobody answers ends ([web] reconfirm_within)",
      [](Command command, ReconfirmOptions& options) {
        command
            .add_option("--confirmed-before", options.before,
                        "whoever confirmed before this day, e.g. 2024-01-01, and is not paused")
            .value_name("DAY")
            .required();
        command.add_option("--digest", options.digests, "default: every digest");
        command.add_flag("--dry-run", options.dry_run, "only count them");
      },
      reconfirm);
  add_command<AddressOption>(
      noun, session, "erase", "erase a person (imports will not bring them back)",
      [](Command command, AddressOption& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
      },
      erase);
}

}  // namespace tidings::cli
