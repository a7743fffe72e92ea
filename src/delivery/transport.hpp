// Where letters go: one interface, with an SMTP relay or a folder behind it.
//
// A transport pulls letters from the outbox and answers each exactly once; it marks a letter in the journal before the
// letter's last octet leaves. It runs on a thread of its own, knows no database, and touches nothing but the outbox.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "delivery/outcome.hpp"
#include "delivery/relay.hpp"
#include "message/message.hpp"

namespace tidings::delivery {

class Outbox;

class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Returns once the outbox is closed and everything taken from it is answered, or when the outbox asks for a stop: then
  /// messages in flight are finished and the rest is handed back. Failures of the relay are outcomes, not errors.
  virtual void run(Outbox& outbox) = 0;

  /// For the ledger and for people: host:port, or "drop".
  [[nodiscard]] virtual std::string name() const = 0;
  /// How many letters it can have in hand at once; the queue in front of it is sized by this.
  [[nodiscard]] virtual int capacity() const = 0;
};

/// SMTP sessions over one or more relays, one event loop for all of them. Errc::config if a relay's URL is not smtp:// or
/// smtps://, or asks for clear text to a host that is not loopback without saying so.
[[nodiscard]] Result<std::unique_ptr<Transport>> make_smtp_transport(std::vector<RelayOptions> relays);

enum class DropFormat {
  eml,      ///< FOLDER/edition-subscriber.eml
  maildir,  ///< FOLDER/{tmp,new,cur}
};

/// Files instead of a relay: complete under their final name or not there at all. Errc::cannot_create.
[[nodiscard]] Result<std::unique_ptr<Transport>> make_drop_transport(const std::filesystem::path& folder, DropFormat format);

}  // namespace tidings::delivery
