#include "delivery/reply.hpp"

#include <utility>

namespace tidings::delivery {
namespace {

constexpr std::size_t max_line_bytes = 2000;
constexpr std::size_t max_reply_bytes = 65536;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void ReplyReader::violate(std::string why) {
  violation_ = std::move(why);
  buffer_.clear();
  at_ = 0;
  partial_ = {};
}

void ReplyReader::feed(std::string_view bytes) {
  if (!violation_.empty()) return;
  if (at_ > 0) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_ += bytes;
}

std::optional<std::string_view> ReplyReader::line() {
  const auto end = buffer_.find('\n', at_);
  if (end == std::string::npos) {
    if (buffer_.size() - at_ > max_line_bytes) violate("an unterminated reply line");
    return std::nullopt;
  }
  const std::string_view whole{buffer_.data() + at_, end - at_};
  if (whole.size() > max_line_bytes) {
    violate("a reply line that is too long");
    return std::nullopt;
  }
  if (whole.empty() || whole.back() != '\r') {
    violate("a reply line that ends in a lone LF");
    return std::nullopt;
  }
  at_ = end + 1;
  return whole.substr(0, whole.size() - 1);
}

std::optional<Reply> ReplyReader::next() {
  while (violation_.empty()) {
    const auto text = line();
    if (!text) return std::nullopt;
    const bool sound = text->size() >= 3 && (*text)[0] >= '2' && (*text)[0] <= '5' && is_digit((*text)[1]) &&
                       is_digit((*text)[2]) && (text->size() == 3 || (*text)[3] == ' ' || (*text)[3] == '-');
    if (!sound) {
      violate("a line that is not an SMTP reply");
      return std::nullopt;
    }
    const int code = ((*text)[0] - '0') * 100 + ((*text)[1] - '0') * 10 + ((*text)[2] - '0');
    if (partial_.code != 0 && partial_.code != code) {
      violate("a reply whose lines carry different codes");
      return std::nullopt;
    }
    const bool more_lines = partial_.code != 0;
    partial_.code = code;
    if (more_lines) partial_.text += '\n';
    if (text->size() > 4) partial_.text += text->substr(4);
    if (partial_.text.size() > max_reply_bytes) {
      violate("an endless reply");
      return std::nullopt;
    }
    if (text->size() == 3 || (*text)[3] == ' ') return std::exchange(partial_, {});
  }
  return std::nullopt;
}

}  // namespace tidings::delivery
