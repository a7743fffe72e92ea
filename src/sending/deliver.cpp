#include "sending/deliver.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/stopwatch.hpp"
#include "base/text.hpp"
#include "config/secret.hpp"
#include "digest/body_table.hpp"
#include "digest/edition_history.hpp"
#include "digest/edition_table.hpp"
#include "digest/period.hpp"
#include "message/parts.hpp"
#include "message/slots.hpp"
#include "sending/archive_links.hpp"
#include "sending/clock_guard.hpp"
#include "sending/image_parts.hpp"
#include "sending/refusals.hpp"
#include "sending/signing.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::sending {
namespace {

/// Messages of one edition: each segment compiled once, spliced for each reader. Immutable once made;
/// thread-safe.
class SegmentMessages {
 public:
  static Result<std::shared_ptr<const SegmentMessages>> make(const config::Context& context,
                                                             const Links& links,
                                                             const digest::Edition& edition) {
    const auto& config = context.config;
    auto messages = std::make_shared<SegmentMessages>(links, context.clock.now());
    TIDINGS_LET(const auto signers, load_signers(config));
    TIDINGS_LET(const auto pictures, digest::EditionTable(context.database).images_of(edition.id));
    TIDINGS_LET(const auto images, ImageParts::make(pictures));
    TIDINGS_LET(auto sealed, digest::BodyTable(context.database).of_edition(edition.id));
    message::join_runs(sealed);
    const auto calls = images.calls_in(sealed.parts);
    TIDINGS_TRY(messages->read_fields(context, sealed));
    message::Compiler compiler{sealed};
    // Segments of one language and the same pictures share all but their texts.
    using Like = std::pair<std::string, std::set<std::size_t>>;
    std::map<Like, std::shared_ptr<const message::Compiler::Frame>> frames;
    for (auto& segment : sealed.segments) {
      Like like{segment.language, {}};
      for (const auto& body : segment.bodies) {
        for (const auto number : body.html) {
          if (number < calls.size()) like.second.insert(calls[number].begin(), calls[number].end());
        }
      }
      auto& frame = frames[like];
      if (!frame) {
        auto header = header_options(config, links, edition, segment.language);
        header.signers = signers;
        header.images = images.at(like.second);
        TIDINGS_LET(frame, message::Compiler::frame(std::move(header)));
      }
      TIDINGS_LET(auto compiled, compiler.compile(segment.bodies, frame));
      segment.bodies = {};
      messages->segments_.emplace(segment.id,
                                  Written{std::move(compiled), view_url(config, edition, segment.language)});
    }
    return messages;
  }

  SegmentMessages(Links links, UtcTime date) : links_(std::move(links)), date_(date) {}

  /// Errc::bad_data if the address would be refused today: it fails alone.
  /// The values of the own fields that the edition shows: read once, since writing has no database.
  Result<void> read_fields(const config::Context& context, const digest::PartedEdition& sealed) {
    std::vector<std::string> shown;
    for (const auto& field : context.config.fields) {
      const auto marker = message::marker_of(message::Place{field.name});
      const auto shows = [&](const std::string& text) { return text.find(marker) != std::string::npos; };
      const bool in_subject = std::ranges::any_of(sealed.segments, [&](const auto& segment) {
        return std::ranges::any_of(segment.bodies, shows, &digest::PartedBody::subject);
      });
      if (in_subject || std::ranges::any_of(sealed.parts, shows)) shown.push_back(field.name);
    }
    if (shown.empty()) return {};
    TIDINGS_LET(fields_, subscriber::values_of_fields(context.database, shown));
    return {};
  }

  [[nodiscard]] Result<message::Message> write(const delivery::Claim& claim) const {
    TIDINGS_TRY(parse_mail_address(claim.address));
    const auto it = segments_.find(claim.segment);
    if (it == segments_.end())
      return fail(Errc::bad_data,
                  fmt::format("the delivery to {} belongs to segment {}, which the edition does not have",
                              claim.address, claim.segment.value));
    message::Message message;
    auto reader = links_.reader(claim);
    reader.view_url = it->second.view_url;
    const auto own =
        std::ranges::equal_range(fields_, claim.subscriber, {}, &subscriber::FieldValue::subscriber);
    for (const auto& each : own) reader.fields.emplace_back(each.field, each.value);
    it->second.message.write(reader, date_, message);
    return message;
  }

 private:
  Links links_;
  UtcTime date_;
  std::vector<subscriber::FieldValue> fields_;  // by subscriber
  struct Written {
    message::CompiledMessage message;
    std::string view_url;
  };
  std::unordered_map<SegmentId, Written> segments_;
};

delivery::RetryPolicy retry_policy(const config::Config& config) {
  delivery::RetryPolicy policy;
  policy.give_up_after = config.delivery.give_up_after;
  policy.in_doubt = config.delivery.retry_in_doubt ? delivery::InDoubt::retry : delivery::InDoubt::hold;
  return policy;
}

/// Names those who get no mail for a reason of ours: their address would be refused today, or no relay
/// accepts it (RFC 3463 x.6.7).
void tell_unsent(const digest::Edition& edition, std::span<const delivery::Settled> answers) {
  for (const auto& answer : answers) {
    const auto& outcome = answer.outcome;
    const bool is_eai = outcome.kind == delivery::OutcomeKind::permanent && outcome.enhanced == "5.6.7";
    if (!is_eai && !delivery::is_unsendable(outcome)) continue;
    log::warning(fmt::format("{}: {} gets no mail: {}", digest::name_of(edition),
                             clean_utf8(answer.claim.address), outcome.line()));
  }
}

class Deliverer {
 public:
  Deliverer(const config::Context& context, const DeliverOptions& options, const delivery::StopFlag& stop,
            Links links)
      : context_(context),
        options_(options),
        stop_(stop),
        links_(std::move(links)),
        editions_(context.database),
        ledger_(context.database, context.clock),
        own_share_(context.database, delivery::owner_of(delivery::sender_name)) {
    ledger_.leave_later_than(context.config.delivery.max_lateness);
    ledger_.work_as(options.worker.value_or(
        delivery::Worker{.owner = delivery::owner_of(delivery::sender_name),
                         .journal = context.database.path(),
                         .lease = std::chrono::milliseconds{context.config.delivery.lease},
                         .holds_lock = true}));
  }

  Result<DeliverReport> run() {
    TIDINGS_LET(const auto recovered,
                ledger_.recover({.policy = retry_policy(context_.config), .within = {}}));
    recovered_ = recovered;
    if (ledger_.is_shared() && recovered_.planned > 0) TIDINGS_TRY(reopen_finished());
    std::vector<digest::Edition> editions;
    if (options_.edition) {
      TIDINGS_LET(auto one, editions_.get(*options_.edition));
      editions.push_back(std::move(one));
    } else {
      TIDINGS_LET(editions, editions_.unfinished());
    }
    DeliverReport report;
    for (const auto& edition : editions) {
      TIDINGS_LET(auto delivered, deliver_one(edition));
      report.editions.push_back(std::move(delivered));
      const bool is_over = stop_ || report.editions.back().run.end == delivery::RunEnd::out_of_time;
      if (is_over || report.trouble() != nullptr) break;
    }
    TIDINGS_LET(report.held_in_doubt, held_in_doubt());
    if (ledger_.is_shared() && options_.share == nullptr) TIDINGS_TRY(own_share_.leave());
    return report;
  }

 private:
  /// What a worker left in doubt, and its journal knows to have never left, may be of an edition that was
  /// finished meanwhile.
  Result<void> reopen_finished() {
    delivery::DeliveryFilter filter{.state = delivery::DeliveryState::deferred};
    for (std::optional<EditionId> last;;) {
      TIDINGS_LET(const auto rows, ledger_.list(filter));
      for (const auto& row : rows) {
        filter.after = {.edition = row.edition, .subscriber = row.subscriber};
        if (last == row.edition) continue;
        last = row.edition;
        TIDINGS_LET(const auto edition, editions_.get(row.edition));
        if (edition.state == digest::EditionState::sent)
          TIDINGS_TRY(editions_.reopen(row.edition, context_.clock.now()));
      }
      if (static_cast<int>(rows.size()) < filter.limit) return {};
    }
  }

  /// All editions together share the time budget.
  [[nodiscard]] std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
  }

  Result<DeliveredEdition> deliver_one(const digest::Edition& edition) {
    DeliveredEdition result;
    result.edition = edition;
    result.was_finished = edition.finished.has_value();
    if (edition.state != digest::EditionState::sealed && edition.state != digest::EditionState::sending) {
      return finish(std::move(result));
    }
    if (!options_.even_late && is_held(context_.config, edition, context_.clock.now())) {
      result.held = true;
      return finish(std::move(result));
    }
    if (options_.even_late && edition.wall) TIDINGS_TRY(ledger_.release_late(edition.id));
    TIDINGS_LET(bool has_work, ledger_.has_work(edition.id));
    if (!has_work) {
      TIDINGS_LET(has_work, left_unjudged(edition.id));
    }
    if (has_work) TIDINGS_TRY(send(edition, result));
    if (!has_work && options_.worker) {
      // Asked every second: a count reads every row of the edition.
      TIDINGS_LET(result.next_due, ledger_.next_due(edition.id));
      if (result.next_due) return result;
    }
    return finish(std::move(result));
  }

  /// A run that died after its last answer has not judged its refusals: suppressed nobody, nor asked whether
  /// the relay refuses everybody alike.
  Result<bool> left_unjudged(EditionId edition) {
    TIDINGS_LET(const bool others_work, ledger_.is_anybody_working());
    if (others_work) return false;  // the last of them judges
    TIDINGS_LET(const auto refusals, ledger_.unjudged());
    return std::ranges::any_of(refusals, [&](const auto& each) { return each.claim.edition == edition; });
  }

  Result<void> send(const digest::Edition& edition, DeliveredEdition& result) {
    const Stopwatch watch;
    // Every possible mistake in templates or secrets is found before the first claim.
    TIDINGS_LET(const auto messages, SegmentMessages::make(context_, links_, edition));
    if (!transport_) {
      TIDINGS_LET(transport_, make_transport(context_.config, options_.to_folder));
    }
    if (auto begun = editions_.set_sending(edition.id, context_.clock.now()); !begun) {
      TIDINGS_LET(const auto now, editions_.get(edition.id));
      const bool is_open =
          now.state == digest::EditionState::sealed || now.state == digest::EditionState::sending;
      return is_open ? begun : Result<void>{};  // else another worker has finished it meanwhile
    }
    delivery::RunOptions run;
    run.edition = edition.id;
    run.retry = retry_policy(context_.config);
    if (options_.time_budget)
      run.time_budget = std::max(*options_.time_budget - elapsed(), std::chrono::milliseconds{0});
    run.within_settle = [&edition](std::span<const delivery::Settled> answers) -> Result<void> {
      tell_unsent(edition, answers);
      return {};
    };
    if (ledger_.is_shared()) {
      auto* const share = options_.share != nullptr ? options_.share : &own_share_;
      run.share = [share](std::int64_t accepted) { return share->sending(accepted); };
    }
    if (options_.on_progress) {
      // Counted once: a count reads every row of the edition.
      TIDINGS_LET(const auto before, ledger_.counts(edition.id));
      run.on_progress = [this, &edition, before](const delivery::RunReport& so_far) {
        options_.on_progress(edition, before, so_far);
      };
    }
    const delivery::Composer compose = [messages](const delivery::Claim& claim) {
      return messages->write(claim);
    };
    TIDINGS_LET(result.run, delivery::deliver(run, ledger_, *transport_, compose, stop_));
    TIDINGS_TRY(digest::HistoryTable(context_.database)
                    .add_deliver(edition.id, {.elapsed = watch.elapsed(), .processor = watch.processor()}));
    const bool is_real =
        options_.to_folder.empty() && context_.config.smtp.local_way != config::LocalWay::drop;
    if (is_real && result.run.sent > 0) TIDINGS_TRY(note_real_sending(context_.database, context_.clock));
    // While a relay refuses everybody alike, its answers prove nothing: the next run decides. And while
    // others work, the last of them.
    TIDINGS_LET(const bool others_work, ledger_.is_anybody_working());
    if (result.run.braked() || others_work) return {};
    TIDINGS_LET(result.judged,
                judge_refusals(context_.config.bounce.policy, context_.database, context_.clock));
    return {};
  }

  Result<std::vector<std::pair<std::string, std::int64_t>>> held_in_doubt() {
    std::vector<std::pair<std::string, std::int64_t>> named;
    TIDINGS_LET(const auto held, ledger_.held_in_doubt());
    for (const auto& [edition, count] : held) {
      TIDINGS_LET(const auto found, editions_.get(edition));
      named.emplace_back(digest::name_of(found), count);
    }
    return named;
  }

  Result<DeliveredEdition> finish(DeliveredEdition result) {
    result.run.recovered = recovered_;
    TIDINGS_LET(result.counts, ledger_.counts(result.edition.id));
    TIDINGS_LET(result.next_due, ledger_.next_due(result.edition.id));
    TIDINGS_LET(result.waiting, ledger_.waiting(result.edition.id, context_.config.newsletter.zone));
    TIDINGS_LET(result.late, ledger_.count_late(result.edition.id));
    const bool is_open = result.counts.open() > 0 || result.next_due.has_value();
    TIDINGS_LET(result.edition, editions_.get(result.edition.id));
    using State = digest::EditionState;
    if (is_open || (result.edition.state != State::sealed && result.edition.state != State::sending))
      return result;
    TIDINGS_LET(auto transaction, context_.database.begin());
    if (result.edition.state == State::sealed)
      TIDINGS_TRY(editions_.set_sending(result.edition.id, context_.clock.now()));
    TIDINGS_TRY(editions_.set_sent(result.edition.id, context_.clock.now()));
    TIDINGS_TRY(ledger_.close(result.edition.id));
    TIDINGS_TRY(transaction.commit());
    TIDINGS_LET(result.edition, editions_.get(result.edition.id));
    return result;
  }

  const config::Context context_;
  const DeliverOptions& options_;
  const delivery::StopFlag& stop_;
  Links links_;
  digest::EditionTable editions_;
  delivery::Ledger ledger_;
  delivery::Share own_share_;
  std::unique_ptr<delivery::Transport> transport_;
  delivery::Recovered recovered_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

bool is_held(const config::Config& config, const digest::Edition& edition, UtcTime now) {
  const auto grace = edition.started ? config.delivery.give_up_after : std::chrono::milliseconds{0};
  return digest::too_late(edition.promised_to_last(), now, config.delivery.max_lateness + grace);
}

bool DeliverReport::try_again() const {
  return std::ranges::any_of(editions, [](const DeliveredEdition& each) {
    const auto at_rest = (each.waiting ? each.waiting->count : 0) + each.late;
    const bool is_retried = each.next_due && (!each.waiting || *each.next_due < each.waiting->next);
    return !each.held && (each.counts.open() > at_rest || is_retried);
  });
}

std::int64_t DeliverReport::unsendable() const {
  std::int64_t count = 0;
  for (const auto& each : editions) count += each.run.unsendable;
  return count;
}

const delivery::RunReport* DeliverReport::trouble() const {
  for (const auto& each : editions) {
    if (each.run.end == delivery::RunEnd::relay_trouble) return &each.run;
  }
  return nullptr;
}

std::string DeliverReport::relay_trouble() const {
  const auto* const run = trouble();
  if (run == nullptr) return {};
  return fmt::format("relay {}: {}", run->relay, run->trouble ? run->trouble->line() : "no answer");
}

Result<delivery::RelayOptions> relay_options(const config::SmtpConfig& smtp) {
  delivery::RelayOptions relay;
  relay.label = smtp.name;
  relay.url = smtp.url;
  relay.username = smtp.username;
  if (smtp.password.is_set()) {
    TIDINGS_LET(relay.password,
                config::read_secret(smtp.password, fmt::format("password of relay {}", smtp.name)));
  }
  relay.auth = smtp.auth;
  relay.tls = smtp.tls;
  relay.ca_file = smtp.ca_file.string();
  relay.ehlo_name = smtp.hello_name;
  relay.connections = smtp.connections;
  relay.rate = smtp.rate_per_second;
  relay.per_hour = smtp.per_hour;
  relay.weight = smtp.weight;
  relay.patience = smtp.patience;
  relay.messages_per_session = smtp.messages_per_connection;
  relay.dialect = smtp.dialect;
  relay.window = smtp.window;
  relay.timeouts = smtp.timeouts;
  return relay;
}

Result<std::unique_ptr<delivery::Transport>> make_transport(const config::Config& config,
                                                            const std::filesystem::path& to_folder) {
  if (!to_folder.empty()) return delivery::make_drop_transport(to_folder, delivery::DropFormat::eml);
  TIDINGS_TRY(check_signed(config));
  switch (config.smtp.local_way) {
    case config::LocalWay::sendmail:
      return delivery::make_sendmail_transport({.program = config.smtp.local_path,
                                                .name = config.smtp.name,
                                                .limit = config.smtp.timeouts.final_dot});
    case config::LocalWay::maildir:
      return delivery::make_drop_transport(config.smtp.local_path, delivery::DropFormat::maildir,
                                           config.smtp.name);
    case config::LocalWay::drop:
      return delivery::make_drop_transport(config.smtp.local_path, delivery::DropFormat::eml,
                                           config.smtp.name);
    case config::LocalWay::none: break;
  }
  std::vector<delivery::RelayOptions> relays;
  TIDINGS_LET(auto first, relay_options(config.smtp));
  relays.push_back(std::move(first));
  for (const auto& smtp : config.more_relays) {
    TIDINGS_LET(auto relay, relay_options(smtp));
    relays.push_back(std::move(relay));
  }
  return delivery::make_smtp_transport(std::move(relays), config.delivery.per_domain);
}

message::HeaderOptions header_options(const config::Config& config, const Links& links,
                                      const digest::Edition& edition, const std::string& language) {
  message::HeaderOptions options;
  const auto* const digest = config.find_digest(edition.digest);
  options.from = digest != nullptr ? digest->from : config.newsletter.from;
  options.reply_to = digest != nullptr ? digest->reply_to : config.newsletter.reply_to;
  // Whoever a digest is from, all Message-IDs are the newsletter's: they do not change with the
  // configuration.
  options.message_domain = config.newsletter.from.address.domain;
  if (digest != nullptr && digest->expires) options.expires = edition.scheduled + *digest->expires;
  // Each digest is a separate list: a mail program's one click ends the mail of that List-Id, and no other
  // (RFC 8058, RFC 2919).
  options.list.list_id = digest != nullptr ? digest->list_id : config.newsletter.list_id;
  options.list.list_name = digest != nullptr ? digest->title : config.newsletter.name;
  options.list.feedback_id = fmt::format("{}:{}:digest:tidings", edition.number.value_or(0), edition.digest);
  options.edition_key = links.edition_key(edition.id);
  options.language = language;
  options.date_offset = config.newsletter.zone.offset_at(edition.scheduled);
  return options;
}

Result<DeliverReport> deliver(const config::Context& context, const DeliverOptions& options,
                              const delivery::StopFlag& stop) {
  TIDINGS_LET(auto keys, subscriber::KeyRing::open(context.database, context.random, context.clock));
  return Deliverer{context, options, stop, Links{context.config, std::move(keys)}}.run();
}

}  // namespace tidings::sending
