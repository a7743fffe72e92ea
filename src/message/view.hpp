// An edition as templates see it: plain structs that edition/ fills, and their conversion to template data.
//
// docs/templates.md lists the names; variables() is that list as data, and a test compares the two. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.hpp"
#include "base/zone.hpp"
#include "digest/digest.hpp"
#include "message/brand.hpp"
#include "message/slots.hpp"
#include "message/strings.hpp"

namespace tidings::message {

/// Where a list of the titles stands; automatic: after the first post, if there are many.
enum class Contents { automatic, always, never, end };
/// Where else a story is told.
struct AlsoInView {
  std::string source = {};
  std::string url = {};
};

/// What an event says besides a post: title, url and date (its start) are the post's.
struct EventView {
  std::string when = {};   ///< "Monday 5 January, 19:00–21:00"
  std::string place = {};  ///< may be empty
  std::string about = {};  ///< plain text; may be empty
};

/// One post as shown. All HTML is sanitised already; empty strings mean "none".
struct PostView {
  std::string title = {};  ///< may be empty: the post is its text, and lists show its first words
  std::string url = {};
  std::string source = {};
  std::vector<AlsoInView> also_in = {};  ///< other sources that tell the same story
  std::string author = {};
  UtcTime date{};
  std::string excerpt_html = {};
  std::string excerpt_text = {};
  std::string image_url = {};
  std::string image_alt = {};
  bool is_truncated = false;
  std::vector<std::string> tags = {};
  std::string audio_url = {};
  std::chrono::seconds audio_duration{0};  ///< 0: not known
  std::string language = {};               ///< as its source says, BCP 47
  std::string note_html = {};              ///< an editor's words above the text
  std::string note_text = {};
  int image_width = 0;  ///< pixels; 0: not known
  int image_height = 0;
  std::string remark = {};        ///< in a list of links: what is said of it, in plain text
  std::optional<int> words = {};  ///< of the whole post; if set, its line says how long it takes to read
  std::optional<EventView> event =
      {};  ///< in a section of events; the excerpt says the same, for other layouts
};

struct GroupView {
  std::string title = {};  ///< empty: no heading; Strings::day_heading() for groups by day
  std::vector<PostView> posts = {};
  bool is_day = false;  ///< the title is the posts' day, so they do not repeat it
  digest::Layout layout = digest::Layout::usual;
  std::string calendar_url = {};  ///< of events: a calendar of all that the edition has; may be empty

  [[nodiscard]] bool has_posts() const { return layout != digest::Layout::events; }
};

/// A dated block of the publisher's own between the posts.
struct NoticeView {
  std::string label = {};  ///< "Sponsored"; may be empty
  std::string html = {};
  std::string text = {};
};

/// Where they stand: above the posts, behind half of them, below them.
struct NoticeViews {
  std::vector<NoticeView> top = {};
  std::vector<NoticeView> middle = {};
  std::vector<NoticeView> end = {};
};

/// A post that is only a link at the end.
struct LinkView {
  std::string title = {};  ///< not empty
  std::string url = {};
  std::string source = {};
  bool counted = false;  ///< counts as a post of the edition (post_count); shortened to keep the mail small
};

/// A source that has more posts than the edition has places for.
struct MoreFromView {
  std::string words = {};  ///< "17 more from {source}"
  std::string source = {};
  std::string url = {};  ///< may be empty
};

/// An edition for one segment.
struct EditionView {
  std::string newsletter_name = {};
  std::string public_url = {};      ///< may be empty
  std::string postal_address = {};  ///< may be empty, lines separated by '\n'
  std::string digest_title = {};    ///< empty: the newsletter's name
  int number = 1;
  digest::Period period = {};
  std::optional<digest::DateSpan> shown = {};  ///< of the edition's posts: its title covers their days
  UtcTime date{};                              ///< when it is sent
  std::string preheader = {};                  ///< empty: made from the titles
  std::string editors_subject = {};            ///< as it is, in place of the template's; empty: none
  std::string editors_preheader = {};          ///< likewise
  std::string intro_html = {};
  std::string intro_text = {};
  std::vector<GroupView> groups = {};
  NoticeViews notices = {};
  std::vector<LinkView> links = {};          ///< "more on the web"
  std::vector<MoreFromView> more_from = {};  ///< below it
  bool is_web = false;                       ///< a page for everybody: nothing personal is shown
  bool has_preferences = true;               ///< whether readers of this list have a preferences page
  bool has_view = false;                     ///< whether there is a page of this edition
  Contents contents = Contents::automatic;
  bool is_full = false;              ///< posts are shown whole
  std::optional<UtcTime> next = {};  ///< when the next edition is due
  std::string signup_url = {};       ///< for those whom a reader forwards the mail to; empty: no such line
  Brand brand = {};
  std::vector<std::string> fields = {};  ///< names of the publisher's own, for {{field.NAME}}
};

/// What a subject may have before mail programs cut it off, unless a publisher's own template says more.
constexpr std::size_t subject_characters = 110;

/// Data for the templates: every name of docs/templates.md but `subject`, `has_name` as `variant` says, slots
/// as markers.
[[nodiscard]] nlohmann::json to_data(const EditionView& view, const Strings& strings, const Zone& zone,
                                     std::size_t variant);

/// The same with the reader's own values instead of slots (for a whole rendering, see build.hpp).
[[nodiscard]] nlohmann::json to_data(const EditionView& view, const Strings& strings, const Zone& zone,
                                     const Reader& reader);

/// The title of an edition: "Harbour News, 5–11 January 2026".
[[nodiscard]] std::string edition_title(const EditionView& view, const Strings& strings, const Zone& zone);

/// One name for templates; dots in `path` mean "inside the section": "groups.posts.title".
struct Variable {
  std::string_view path;
  std::string_view meaning;
  bool is_section = false;
};

/// Every name of docs/templates.md, except `t.NAME`.
[[nodiscard]] std::span<const Variable> variables();

/// A made-up edition with one of everything, to check templates against when loading.
[[nodiscard]] EditionView sample_view();

}  // namespace tidings::message
