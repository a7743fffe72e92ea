// SMTP replies from a stream of bytes (RFC 5321 section 4.2), however it is split. Pure.
//
// Strict where a lenient reader could be deceived: a line ends in CRLF (a lone LF is a violation), begins
// with three digits and a blank, a hyphen or nothing, and all lines of a reply carry one code. Limits: 2,000
// octets per line, 64 KiB per reply. Nothing is read after a violation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidings::delivery {

struct Reply {
  int code = 0;
  std::string text{};  ///< lines joined by '\n', without code

  bool operator==(const Reply&) const = default;
};

class ReplyReader {
 public:
  void feed(std::string_view bytes);

  /// The next complete reply, if there is one.
  [[nodiscard]] std::optional<Reply> next();

  /// The violation in the stream, in words; empty while it is sound.
  [[nodiscard]] const std::string& violation() const { return violation_; }

  /// Whether there are bytes of an unfinished reply.
  [[nodiscard]] bool mid_reply() const {
    return !partial_.text.empty() || partial_.code != 0 || at_ < buffer_.size();
  }

 private:
  [[nodiscard]] std::optional<std::string_view> line();
  void violate(std::string why);

  std::string buffer_;
  std::size_t at_ = 0;
  Reply partial_;
  std::string violation_;
};

}  // namespace tidings::delivery
