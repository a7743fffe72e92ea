// Pages: the data for templates, and the interface that renders them (site/pages.hpp, from the theme).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "web/service.hpp"

namespace tidings::web {

enum class PageName { subscribe, confirm, unsubscribe, left, preferences, message, saved, erase, expired };

/// What a message page says; each has a heading and a text in the language files (web_check_title,
/// web_check_text ...).
enum class Banner {
  none,
  check,
  confirmed,
  already,
  saved,
  missing,
  many,
  trouble,
  moving,
  moved,
  erased,
  back,
  thanks
};

/// One thing that was changed, and what it is now; no value is "none", or all topics.
struct ChangedLine {
  enum class What { digests, topics, name, language, pause, field, timezone } what = What::digests;
  std::vector<std::string> values{};
  std::string label{};  ///< of a field
};

/// What has to be put right in a form.
enum class Problem { none, address, domain, digests, topics, fields, pause };

/// Everything a page may show; templates escape it.
struct PageView {
  PageName page = PageName::message;
  Banner notice = Banner::none;
  std::string language{};  ///< from Pages::language_for()
  std::string address{};   ///< masked; on the sign-up form: as typed
  std::string name{};
  std::string form_token{};
  std::string digest{};               ///< its name
  std::vector<std::string> others{};  ///< names of digests
  std::vector<Choice> digests{};
  std::vector<Choice> topics{};
  std::vector<OwnField> fields{};
  std::vector<Choice> zones{};  ///< none: no question
  Problem problem = Problem::none;
  bool is_embedded = false;     ///< in a frame of another site
  bool is_second_step = false;  ///< filled in on another site: only the button is missing
  bool is_subscribed = false;
  bool is_stopped = false;  ///< nothing is sent to this address
  bool moves = false;       ///< the confirmation is of another address
  bool may_pause = false;
  std::string paused_until{};  ///< days, as 2027-01-15
  std::string first_day{};
  std::string last_day{};
  std::vector<std::string> instead{};  ///< names of digests
  std::vector<std::string> reasons{};
  std::string undo{};  ///< the stamp by which leaving is taken back; empty: only by mail
  std::vector<ChangedLine> changes{};
  std::vector<NextMail> next{};
  bool is_from_preferences = false;
};

class Pages {
 public:
  Pages() = default;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  virtual ~Pages() = default;

  [[nodiscard]] virtual Result<std::string> render(const PageView& view) const = 0;
  /// The first wanted language that has strings; else the newsletter's.
  [[nodiscard]] virtual std::string language_for(std::span<const std::string> wanted) const = 0;
  /// The sentence that a sign-up agrees to.
  [[nodiscard]] virtual std::string consent(const std::string& language) const = 0;
  [[nodiscard]] virtual const std::string& style() const = 0;
};

}  // namespace tidings::web
