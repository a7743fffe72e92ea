// The text of a mail about a subscription: an interface, implemented where the theme is (site/pages).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "subscriber/notice_table.hpp"

namespace tidings::members {

/// The rendered texts of one notice.
struct NoticeText {
  std::string subject;
  std::string text;
  std::string html;
  std::string language;
};

struct NoticeLinks {
  std::string action_url{};            ///< confirm, preferences or sign-up; may be empty
  std::string reply_mailto{};          ///< confirm by mail; may be empty
  std::string moved_to{};              ///< the new address, for the old one
  std::optional<UtcTime> answer_by{};  ///< the end of the last day
};

/// Called from several threads at once.
class NoticeWriter {
 public:
  NoticeWriter() = default;
  NoticeWriter(const NoticeWriter&) = delete;
  NoticeWriter& operator=(const NoticeWriter&) = delete;
  virtual ~NoticeWriter() = default;

  /// In the language nearest to `language`, about these digests.
  [[nodiscard]] virtual Result<NoticeText> notice(subscriber::NoticeKind kind, const std::string& language,
                                                  const std::vector<std::string>& digests,
                                                  const NoticeLinks& links) const = 0;
};

}  // namespace tidings::members
