// subscriber add | set | confirm | unsubscribe | erase
#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "app/report.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/subscriber_commands.hpp"
#include "members/membership.hpp"
#include "members/notices.hpp"
#include "members/our_files.hpp"
#include "members/roster.hpp"
#include "site/pages.hpp"

namespace tidings::cli {
namespace {

using namespace tidings::subscriber;

struct AddOptions {
  std::string address;
  std::string name;
  std::string language;
  std::vector<std::string> digests;
  std::vector<std::string> topics;
  bool confirmed = false;
};

/// At once if the relay answers. What does not leave now waits for "send --due" or "serve": no failure of the
/// command.
void send_queued(const config::Context& context, members::Membership& membership) {
  if (!membership.take_queued()) return;
  const auto pages = site::WebPages::load(context.config);
  if (!pages) return log::warning("the mail waits: " + pages.error().line());
  const std::atomic<bool> never{false};
  const auto report = members::send_notices(context, **pages, {}, never);
  if (!report) return log::warning("the mail waits: " + report.error().line());
  if (!report->trouble.empty()) {
    log::warning(fmt::format("the mail waits for the next \"tidings send --due\": {}", report->trouble));
  }
}

Result<Exit> add(Session& session, const AddOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(auto digests, digests_or_all(*config, options.digests));
  TIDINGS_LET(const auto context, session.context());
  members::Membership membership{context};
  const auto text = address.text();
  TIDINGS_LET(const auto result, membership.join({.address = std::move(address),
                                                  .name = options.name,
                                                  .language = options.language,
                                                  .topics = options.topics,
                                                  .digests = std::move(digests),
                                                  .state = options.confirmed ? SubscriptionState::confirmed
                                                                             : SubscriptionState::pending,
                                                  .confirmed = {},
                                                  .left = {},
                                                  .origin = Origin::cli,
                                                  .detail = "subscriber add"}));
  send_queued(context, membership);
  switch (result.outcome) {
    case AddOutcome::added:
      say(fmt::format("{} added{}\n", text,
                      options.confirmed ? "" : ", waiting for a confirmation (--confirmed if you have it)"));
      return Exit::done;
    case AddOutcome::already_there: say(fmt::format("{} is there already\n", text)); return Exit::done;
    case AddOutcome::resubscribed_pending:
      say(fmt::format("{} had left; waits for a new confirmation of: {}\n", text,
                      join(result.pending, ", ")));
      return Exit::done;
    case AddOutcome::left: say(fmt::format("{} had left\n", text)); return Exit::done;
    case AddOutcome::suppressed:
      return fail(
          Errc::not_permitted,
          fmt::format("{} must not be mailed: {}", text,
                      app::suppression_in_words(fmt::format("suppressed: {}", name_of(*result.cause)))),
          "\"tidings suppression remove\" lifts it, if you are sure");
  }
  return Exit::done;
}

struct SetOptions {
  std::string address;
  std::optional<std::string> name;
  std::optional<std::string> language;
  std::optional<std::vector<std::string>> topics;
  bool all_topics = false;
  std::vector<std::string> cadence;
};

/// "weekly", several digests, or "off" alone.
Result<std::vector<std::string>> digests_of_cadence(const config::Config& config,
                                                    const std::vector<std::string>& words) {
  std::vector<std::string> digests;
  for (const auto& word : words) {
    if (word == "off" && config.find_digest(word) == nullptr) {
      if (words.size() > 1) return fail(Errc::usage, "--cadence off goes with no digest");
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
  members::Preferences preferences{
      .name = options.name, .language = options.language, .topics = options.topics, .digests = {}};
  if (options.all_topics) preferences.topics = std::vector<std::string>{};
  if (!options.cadence.empty()) {
    TIDINGS_LET(preferences.digests, digests_of_cadence(*config, options.cadence));
  }
  if (!preferences.name && !preferences.language && !preferences.topics && !preferences.digests) {
    return fail(Errc::usage, "nothing to set", "--cadence, --name, --language, --topic or --all-topics");
  }
  members::Membership membership{context};
  TIDINGS_LET(const auto changed,
              membership.change(found.id, preferences, {.origin = Origin::cli, .detail = "subscriber set"}));
  send_queued(context, membership);
  const auto done = in_words(changed);
  say(fmt::format("{}: {}\n", found.address, done.empty() ? "nothing changed" : done));
  if (changed.refused.empty()) return Exit::done;
  return fail(
      Errc::not_permitted,
      fmt::format("{} is suppressed and does not get: {}", found.address, join(changed.refused, ", ")),
      "\"tidings suppression remove\" lifts it, if you are sure");
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
  say(ended.empty() ? fmt::format("{} was not subscribed\n", found.address)
                    : fmt::format("{} has left: {}\n", found.address, join(ended, ", ")));
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
  say(fmt::format(
      "{} is erased and will not be added again by an import{}\n", found->address,
      erased.files == 0 ? "" : fmt::format("; {} with the address deleted", plural(erased.files, "file"))));
  if (erased.done) return Exit::done;
  return fail(Errc::try_again, "another process reads the database, whose log still has the address",
              "\"tidings db check --mend\" clears it, and so does \"send --due\", \"run\" or \"serve\" when "
              "it tidies up");
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
    if (!redeemed) return fail(Errc::no_input, "invalid or expired token", "it is good for three days");
    send_queued(context, membership);
    say(fmt::format("{}confirmed: {}\n", redeemed->before ? "already " : "", join(redeemed->digests, ", ")));
    return Exit::done;
  }
  TIDINGS_LET(const auto found, members::find_subscriber(context.database, context.clock, options.what));
  TIDINGS_LET(
      const auto confirmed,
      membership.confirm(found.id, options.digests, {.origin = Origin::cli, .detail = "subscriber confirm"}));
  send_queued(context, membership);
  say(confirmed.empty() ? fmt::format("{} waits for no confirmation\n", found.address)
                        : fmt::format("{} confirmed: {}\n", found.address, join(confirmed, ", ")));
  return Exit::done;
}

}  // namespace

void add_subscriber_changes(Command noun, Session& session) {
  add_command<AddOptions>(
      noun, session, "add", "add a subscriber",
      [](Command command, AddOptions& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
        command.add_option("--name", options.name, "as mails call them, e.g. \"Ada Lovelace\"");
        command.add_option("--language", options.language, "BCP 47, e.g. de (default: the newsletter's)");
        command.add_option("--digest", options.digests, "default: every digest");
        command.add_option("--topic", options.topics, "default: every topic");
        command.add_flag("--confirmed", options.confirmed, "you have the reader's consent");
      },
      add);
  add_command<SetOptions>(
      noun, session, "set", "change cadence, name, language or topics",
      [](Command command, SetOptions& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
        command.add_option("--name", options.name, "as mails call them, e.g. \"Ada Lovelace\"");
        command.add_option("--language", options.language, "BCP 47, e.g. de");
        command.add_option("--topic", options.topics, "replaces the topics");
        command
            .add_option("--cadence", options.cadence,
                        "the digest to get from now on (several: all of them), or off; "
                        "nothing is missed or sent twice")
            .value_name("DIGEST|off");
        command.add_flag("--all-topics", options.all_topics, "every topic");
      },
      set);
  add_command<UnsubscribeOptions>(
      noun, session, "unsubscribe", "withdraw the consent",
      [](Command command, UnsubscribeOptions& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
        command.add_option("--digest", options.digests, "default: every digest");
      },
      unsubscribe);
  add_command<ConfirmOptions>(
      noun, session, "confirm", "pending becomes confirmed: by the token of a mail, or with consent you have",
      [](Command command, ConfirmOptions& options) {
        command.add_option("ADDRESS|TOKEN", options.what, "who, or what stands in the link of the mail")
            .required();
        command.add_option("--digest", options.digests, "default: every digest that waits");
      },
      confirm);
  add_command<AddressOption>(
      noun, session, "erase", "forget a person (an import will not bring them back)",
      [](Command command, AddressOption& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
      },
      erase);
}

}  // namespace tidings::cli
