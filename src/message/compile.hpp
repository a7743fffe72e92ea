// Compiles a segment's bodies to messages: encoded once, spliced for each reader.
//
// A compiled message is a row of constant octet ranges with personal parts between them: whole header fields
// (To, Subject if it has slots, Message-ID, Date, List-Unsubscribe) and the body lines that hold slots.
// Quoted-printable encodes line by line, so encoding such a line for each reader gives exactly what encoding
// the whole part would: write() equals build_full() of build.hpp octet for octet. For DKIM it keeps the hash
// of the body's constant beginning, and the remaining constant lines in canonical form.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "message/dkim.hpp"
#include "message/inline_image.hpp"
#include "message/list_headers.hpp"
#include "message/message.hpp"

namespace tidings::message {

/// The header of every message of an edition, except the reader's part; and its pictures.
struct HeaderOptions {
  Mailbox from = {};
  std::optional<Mailbox> reply_to = {};
  ListOptions list = {};
  std::optional<UtcTime> expires = {};  ///< Expires (draft-ietf-mailmaint-expires)
  std::string edition_key = {};         ///< the edition's secret: Message-ID and boundary derive from it
  std::string message_domain = {};      ///< right side of Message-ID; empty: the domain of From
  std::string language = "en";          ///< Content-Language
  std::string subject_prefix = {};      ///< "[Test] "
  std::chrono::minutes date_offset{};   ///< of the Date field, east of UTC
  std::vector<DkimSigner> signers =
      {};  ///< one signature each; none: the relay signs, or the mail is unsigned
  std::vector<InlineImage> images = {};  ///< only with HTML; each becomes a part, in this order
};

class Compiler;

/// Thread-safe; cheap to copy (shared, constant).
class CompiledMessage {
 public:
  /// Replaces `out` with the mail for this reader, which shares this message's constant lines and keeps them
  /// alive. Any reader is written safely (check_reader() says whether the result makes sense).
  void write(const Reader& reader, UtcTime date, Message& out) const;

  /// Octets of the longest variant without personal values: for size limits and SIZE=.
  [[nodiscard]] std::size_t size_bytes() const;

 private:
  friend class Compiler;
  struct Program;
  explicit CompiledMessage(std::shared_ptr<const Program> program);
  std::shared_ptr<const Program> program_;
};

/// Compiles the segments of one edition: each part is encoded and kept once, however many segments show it.
/// Not thread-safe, and its messages are not to be written before the last of them is compiled.
class Compiler {
 public:
  /// What the segments of one language and the same pictures have in common.
  struct Frame;
  struct Pool;

  /// Takes the parts of the edition, and lets each go once it is encoded. Its segments are what compile()
  /// will be asked for.
  explicit Compiler(digest::PartedEdition& edition);
  Compiler(const Compiler&) = delete;
  Compiler& operator=(const Compiler&) = delete;
  ~Compiler();  ///< its messages need the encoded parts only

  /// Errc::bad_data for a header value with control characters.
  [[nodiscard]] static Result<std::shared_ptr<const Frame>> frame(HeaderOptions options);

  /// One body a variant. No HTML parts make a text/plain message. Errc::bad_data for a broken slot, an empty
  /// text, a number that is no part's.
  [[nodiscard]] Result<CompiledMessage> compile(std::span<const digest::PartedBody> bodies,
                                                std::shared_ptr<const Frame> frame);

 private:
  std::shared_ptr<Pool> pool_;
};

/// One segment alone: `bodies` as render_bodies() made them.
[[nodiscard]] Result<CompiledMessage> compile(std::span<const digest::SegmentBody> bodies,
                                              const HeaderOptions& options);

}  // namespace tidings::message
