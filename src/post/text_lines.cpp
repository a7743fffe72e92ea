#include "post/text_lines.hpp"

#include "base/text.hpp"
#include "post/grapheme.hpp"

namespace tidings::post {
namespace {

class Wrapper {
 public:
  explicit Wrapper(int width) : width_(width) {}

  std::vector<std::string> run(std::string_view text) {
    char32_t last = ' ';
    for (std::size_t at = 0; at < text.size();) {
      auto first_at = at;
      const auto grapheme = next_grapheme(text, at);
      const auto c = next_code_point(text, first_at);
      if (c == '\n') {
        end_line();
      } else if (c == ' ' || c == '\t') {
        end_word();
        blank_ = !line_.empty();
      } else {
        const bool may_break =
            (is_unspaced(last) || is_unspaced(c)) && !may_not_begin_line(c) && !may_not_end_line(last);
        if (may_break || last == 0x200B) end_word();
        if (c == 0xA0) {
          word_ += ' ';
        } else if (c != 0x200B && c != 0xAD) {
          word_ += grapheme;
        }
        word_width_ += c == 0x200B || c == 0xAD ? 0 : display_width(grapheme);
      }
      last = c;
    }
    end_line();
    return std::move(lines_);
  }

 private:
  void end_word() {
    if (word_.empty()) return;
    const int gap = blank_ ? 1 : 0;
    if (width_ > 0 && !line_.empty() && line_width_ + gap + word_width_ > width_) {
      lines_.push_back(std::move(line_));
      line_.clear();
      line_width_ = 0;
    } else if (blank_) {
      line_ += ' ';
      ++line_width_;
    }
    line_ += word_;
    line_width_ += word_width_;
    word_.clear();
    word_width_ = 0;
    blank_ = false;
  }

  void end_line() {
    end_word();
    lines_.push_back(std::move(line_));
    line_.clear();
    line_width_ = 0;
    blank_ = false;
  }

  int width_;
  std::vector<std::string> lines_;
  std::string line_;
  std::string word_;
  int line_width_ = 0;
  int word_width_ = 0;
  bool blank_ = false;
};

}  // namespace

std::vector<std::string> wrap_lines(std::string_view text, int width) { return Wrapper{width}.run(text); }

}  // namespace tidings::post
