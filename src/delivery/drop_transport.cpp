// Messages as files, for --to-dir, rehearsals and tests.

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "delivery/outbox.hpp"
#include "delivery/transport.hpp"

namespace tidings::delivery {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t batch = 32;

/// The envelope as a final delivery agent would record it (RFC 5321 section 4.4), so that a dropped file is
/// complete.
std::string with_envelope(const message::Message& message) {
  return fmt::format("Return-Path: <{}>\r\nDelivered-To: {}\r\n{}", message.envelope_from,
                     message.envelope_to, message.text());
}

/// The Maildir rule (cr.yp.to/proto/maildir.html): the time, this process and its counter, the host. Anybody
/// else who delivers into the folder, another newsletter or a mail server, arrives at another name. The word
/// "tidings" tells erasing (members/our_files) which mails are ours.
std::string maildir_name() {
  static std::atomic<std::uint64_t> sequence{0};
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't'};
  const auto safe = replace_all(replace_all(host.data(), "/", "\\057"), ":", "\\072");
  return fmt::format("{}.M{:06}P{}Q{}.tidings.{}", now / 1'000'000, now % 1'000'000, ::getpid(), ++sequence,
                     safe);
}

/// Moves it to new/ under an unused name: neither link() nor this kind of rename replaces a file.
Result<void> move_to_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) {
    ::unlink(from.c_str());
    return {};
  }
  // Some file systems do not support a second name for a file.
  const bool exists = errno == EEXIST;
  if (!exists && ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  auto failed = fail(Errc::cannot_create, fmt::format("cannot move a message to {}: {}",
                                                      to.parent_path().string(), std::strerror(errno)));
  ::unlink(from.c_str());
  return failed;
}

/// Its value; empty if there is none.
std::string_view message_id(std::string_view message) {
  constexpr std::string_view name = "\r\nMessage-ID:";
  const auto begin = message.find(name);
  if (begin == std::string_view::npos || begin > message.find("\r\n\r\n")) return {};
  const auto value = message.substr(begin + name.size());
  return value.substr(0, value.find('>'));
}

/// Named by edition, subscriber and Message-ID: a second attempt replaces the file instead of adding one, and
/// another newsletter's mail has another name. What is no delivery of an edition (a confirmation, a test) is
/// named by its octets, so that none replaces another.
std::string file_stem(const Claim& claim, const message::Message& message) {
  if (claim.edition.value == 0) return "message-" + hex_encode(sha256(with_envelope(message))).substr(0, 24);
  return fmt::format("{:06}-{:08}-{}", claim.edition.value, claim.subscriber.value,
                     hex_encode(sha256(message_id(message.text()))).substr(0, 12));
}

class DropTransport final : public Transport {
 public:
  DropTransport(std::filesystem::path folder, DropFormat format, std::string name)
      : folder_(std::move(folder)), format_(format), name_(std::move(name)) {}

  void run(Outbox& outbox) override {
    for (;;) {
      auto taken = outbox.take_or_wait(batch, 200ms);
      if (taken.empty() && outbox.exhausted()) break;
      for (const auto& queued : taken) outbox.leaving(queued.claim);
      if (!outbox.flush()) {
        for (const auto& queued : taken) outbox.hand_back(queued.claim);
        outbox.publish();
        return;
      }
      for (const auto& queued : taken) drop(outbox, queued);
      [[maybe_unused]] const bool noted = outbox.flush();
      outbox.publish();
    }
  }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] int capacity() const override { return static_cast<int>(batch); }

 private:
  void drop(Outbox& outbox, const QueuedMessage& queued) {
    const bool is_maildir = format_ == DropFormat::maildir;
    const auto name = is_maildir ? maildir_name() : file_stem(queued.claim, queued.message);
    const auto wrote = is_maildir ? deliver_to_maildir(name, queued.message)
                                  : write_file(folder_ / (name + ".eml"), with_envelope(queued.message));
    if (wrote) return outbox.answer(queued.claim, classify(Stage::dot, 250, "2.0.0 " + name), name_);
    // Not there at all, so not in doubt; and the folder will not take the next one either.
    auto outcome = no_reply(Stage::connect, wrote.error().what);
    outbox.hand_back(queued.claim);
    outbox.report_trouble(std::move(outcome), name_);
  }

  Result<void> deliver_to_maildir(const std::string& name, const message::Message& message) {
    const auto written = folder_ / "tmp" / name;
    TIDINGS_TRY(write_secret_file(written, with_envelope(message)));
    return move_to_new(written, folder_ / "new" / name);
  }

  std::filesystem::path folder_;
  DropFormat format_;
  std::string name_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_drop_transport(const std::filesystem::path& folder, DropFormat format,
                                                       std::string name) {
  TIDINGS_TRY(make_folder(folder));
  if (format == DropFormat::maildir) {
    for (const auto* const part : {"tmp", "new", "cur"}) TIDINGS_TRY(make_folder(folder / part));
  }
  if (::access(folder.c_str(), W_OK) != 0) {
    return fail(Errc::cannot_create,
                fmt::format("cannot write into {}: {}", folder.string(), std::strerror(errno)));
  }
  return std::make_unique<DropTransport>(folder, format, std::move(name));
}

}  // namespace tidings::delivery
