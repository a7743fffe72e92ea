// Transports: one interface, implemented by SMTP relays, a sendmail program or a folder.
//
// A transport pulls messages from the outbox and answers each exactly once; it marks a message in the journal
// before the message's last octet is sent. It has its own thread, knows no database, and touches only the
// outbox.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "delivery/outcome.hpp"
#include "delivery/relay.hpp"
#include "delivery/relay_health.hpp"
#include "message/message.hpp"

namespace tidings::delivery {

class Outbox;

class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Returns once the outbox is closed and everything taken from it is answered, or when the outbox asks for
  /// a stop: then messages in flight are finished and the rest is returned. Failures of the relay are
  /// outcomes, not errors.
  virtual void run(Outbox& outbox) = 0;

  /// For the ledger and for people: host:port, or "drop".
  [[nodiscard]] virtual std::string name() const = 0;
  /// How many messages it can handle at once; sizes the queue in front of it.
  [[nodiscard]] virtual int capacity() const = 0;
  /// At most so many messages may have left and not been answered.
  [[nodiscard]] virtual int in_flight() const { return capacity(); }
  /// Its limit in messages per second; 0 for none. Few messages are claimed ahead of a slow one, so that
  /// people who unsubscribe in time get none.
  [[nodiscard]] virtual double rate() const { return 0; }

  /// Before run(): what earlier runs learned about its relays; after it: what to remember.
  virtual void recall(const std::vector<RelayMemory>& /*memories*/, UtcTime /*now*/) {}
  [[nodiscard]] virtual std::vector<RelayMemory> memories(UtcTime /*now*/) const { return {}; }
};

/// At most `rate` messages per second to recipients of one domain, over all relays.
struct DomainLimit {
  std::string domain;  ///< lower case, A-labels
  double rate = 0;
};

/// SMTP sessions over one or more relays, one event loop for all of them. Errc::config as check_relay().
/// Weighted shares; relays of weight 0 stand in while no other works. A relay in trouble passes its messages
/// on.
[[nodiscard]] Result<std::unique_ptr<Transport>> make_smtp_transport(
    std::vector<RelayOptions> relays, const std::vector<DomainLimit>& limits = {});

/// A program for each message, as `sendmail -i -f SENDER -- RECIPIENT` with the message on its standard
/// input: 0 is accepted, 75 (and a signal) temporary, every other status permanent for the message. One at a
/// time. One that has not ended after `limit`, or some seconds after a stop, is killed: if it had the whole
/// message that attempt is in doubt, else temporary. Errc::config if it cannot be executed.
struct SendmailOptions {
  std::filesystem::path program;
  std::string name{};                                         ///< empty: the program's
  std::chrono::milliseconds limit{std::chrono::minutes{10}};  ///< RFC 5321 section 4.5.3.2.6
};
[[nodiscard]] Result<std::unique_ptr<Transport>> make_sendmail_transport(SendmailOptions options);

enum class DropFormat {
  eml,      ///< FOLDER/edition-subscriber-hash.eml
  maildir,  ///< FOLDER/{tmp,new,cur}
};

/// Files instead of a relay: complete under their final name or absent. Errc::cannot_create.
[[nodiscard]] Result<std::unique_ptr<Transport>> make_drop_transport(const std::filesystem::path& folder,
                                                                     DropFormat format,
                                                                     std::string name = "drop");

}  // namespace tidings::delivery
