#include "returns/forward.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "bounce/forward_table.hpp"
#include "bounce/leave_words.hpp"
#include "bounce/mime_reader.hpp"
#include "bounce/unmatched.hpp"
#include "message/forward.hpp"
#include "message/header.hpp"
#include "returns/mailbox.hpp"
#include "sending/deliver.hpp"
#include "sending/links.hpp"
#include "sending/signing.hpp"
#include "store/instance.hpp"
#include "subscriber/token.hpp"

namespace tidings::returns {
namespace {

constexpr std::size_t max_subject_bytes = 200;
constexpr std::size_t max_text_bytes = 20'000;

std::string covering_note(const std::string& writer, const std::string& own_text, std::size_t size) {
  auto note =
      fmt::format("{} wrote this to the address that tidings reads. Your reply goes to them.\n", writer);
  if (bounce::asks_to_leave(own_text)) {
    note += fmt::format(
        "They ask to unsubscribe, but nothing proves that the mail is theirs. To unsubscribe them:\n  "
        "tidings subscriber "
        "unsubscribe {}\n",
        writer);
  }
  if (size >= bounce::max_mail_bytes)
    note += fmt::format("Only the first {} were kept.\n", format_size(bounce::max_mail_bytes));
  return note + "The original mail is attached.\n" + std::string(72, '-') + "\n\n" +
         std::string{truncate_utf8(own_text.empty() ? "(no text)" : own_text, max_text_bytes)} + "\n";
}

class Forwarder {
 public:
  Forwarder(const config::Config& config, std::string secret, std::vector<message::DkimSigner> signers)
      : config_(config), secret_(std::move(secret)), signers_(std::move(signers)) {}

  [[nodiscard]] Result<message::Message> message(const bounce::Forward& forward, UtcTime now) const {
    const auto original = bounce::read_mail(forward.bytes);
    const auto writer = parse_mailbox(bounce::field(original.fields, "from"));
    message::PlainMail mail;
    mail.from = config_.newsletter.from;
    mail.to = *config_.bounce.forward_to;
    mail.envelope_from = config_.newsletter.from.address.text();
    if (writer && !writer->address.needs_smtputf8) mail.reply_to = writer->address.text();
    const auto subject = message::to_one_line(bounce::field(original.fields, "subject"));
    mail.subject = fmt::format("Fwd: {}", truncate_utf8(subject, max_subject_bytes));
    mail.text = covering_note(writer ? writer->address.text() : "Somebody", bounce::own_text(original),
                              forward.bytes.size());
    // The same for every attempt, so that a mail sent twice is shown once.
    mail.message_id =
        fmt::format("<forward-{}-{}@{}>", forward.id,
                    hex_encode(hmac_sha256(secret_, fmt::format("forward {}", forward.id)).substr(0, 16)),
                    config_.newsletter.from.address.domain);
    mail.signers = signers_;
    return message::build_forward(mail, forward.bytes, config_.newsletter.list_id, now);
  }

 private:
  const config::Config& config_;
  std::string secret_;
  std::vector<message::DkimSigner> signers_;
};

}  // namespace

Result<ForwardReport> send_forwards(const config::Context& context, const delivery::StopFlag& stop) {
  const auto& config = context.config;
  bounce::ForwardTable table{context.database, context.clock};
  ForwardReport report;
  // Mail that cannot be forwarded is kept for people to find, before its row is deleted.
  const auto keep = [&](const bounce::Forward& forward, const std::string& why) -> Result<void> {
    TIDINGS_TRY(bounce::put_unmatched(config.bounce.unmatched, forward.bytes));
    TIDINGS_TRY(table.finish(forward.id, why));
    ++report.kept;
    report.trouble = why;
    return {};
  };
  TIDINGS_TRY(table.sweep());
  TIDINGS_LET(report.waiting, table.waiting());
  if (report.waiting == 0) return report;
  std::unique_ptr<delivery::Transport> transport;
  std::optional<Forwarder> forwarder;
  if (config.bounce.forward_to) {
    // Nothing is claimed before every possible mistake in keys and secrets has been found.
    TIDINGS_TRY(store::check_instance(context.database, store::Guard::refuse));
    TIDINGS_LET(transport, sending::make_transport(config, {}));
    TIDINGS_LET(auto signers, sending::load_signers(config));
    TIDINGS_LET(auto keys, subscriber::KeyRing::open(context.database, context.random, context.clock));
    forwarder.emplace(config, sending::Links{config, std::move(keys)}.edition_key({}), std::move(signers));
  }
  bool stopped = false;
  while (!stop && !stopped) {
    TIDINGS_LET(const auto forward, table.claim(config.bounce.forward_per_hour));
    if (!forward) break;
    if (!forwarder) {
      TIDINGS_TRY(keep(*forward, "forward_to is now \"none\""));
      continue;
    }
    auto message = forwarder->message(*forward, context.clock.now());
    if (!message) {
      TIDINGS_TRY(keep(*forward, message.error().line()));
      continue;
    }
    TIDINGS_LET(const auto outcome, delivery::send_one(*transport, *std::move(message)));
    const bool about_relay =
        delivery::is_relay_trouble(outcome) || outcome.kind == delivery::OutcomeKind::unknown;
    if (outcome.kind == delivery::OutcomeKind::accepted) {
      TIDINGS_TRY(table.finish(forward->id, ""));
      ++report.sent;
    } else if ((outcome.kind == delivery::OutcomeKind::permanent && !about_relay) ||
               context.clock.now() - forward->created >= bounce::forward_give_up) {
      TIDINGS_TRY(keep(*forward, outcome.line()));
    } else {
      TIDINGS_TRY(table.postpone(*forward, outcome.line()));
      report.trouble = outcome.line();
      stopped = about_relay;
    }
  }
  TIDINGS_LET(report.waiting, table.waiting());
  return report;
}

std::string in_words(const Result<ForwardReport>& report) {
  if (!report) return "mails for the editor wait: " + report.error().line();
  std::string words;
  if (report->waiting > 0)
    words = fmt::format("{} for the editor {}", plural(report->waiting, "mail"),
                        report->waiting == 1 ? "waits" : "wait");
  if (report->kept > 0)
    words += fmt::format("{}{} for the editor kept in unmatched", words.empty() ? "" : ", ",
                         plural(report->kept, "mail"));
  if (words.empty()) return words;
  return words + (report->trouble.empty() ? ": the limit of [bounce] forward_per_hour is reached"
                                          : ": " + report->trouble);
}

}  // namespace tidings::returns
