// The fields of list mail: RFC 2369, 2919, 8058, 3834, and Gmail's Feedback-ID. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/result.hpp"
#include "message/message.hpp"

namespace tidings::message {

/// The part that is the same for a whole list.
struct ListOptions {
  std::string list_id = {};      ///< "harbour.news.example.org"; empty: no List-Id
  std::string list_name = {};    ///< phrase before it, may be empty
  std::string feedback_id = {};  ///< "edition:digest:list:sender" (Gmail); empty: none
};

/// List-Id, List-Post: NO, Feedback-ID, Auto-Submitted, Precedence, X-Auto-Response-Suppress. Errc::bad_data
/// for a list id that is not a domain name (RFC 2919 section 2) or a Feedback-ID with blanks.
[[nodiscard]] Result<std::string> list_fields(const ListOptions& options);

/// List-Unsubscribe: the URL first, the mailto after it, folded only between the two (RFC 2369);
/// List-Unsubscribe-Post if there is a web URL (RFC 8058). Nothing if the reader has neither.
void append_unsubscribe_fields(std::string& out, const Reader& reader);

/// "<...@domain>": the same for every attempt at one delivery, different for every reader, and not guessable
/// without `edition_key` (it is a MAC under that key).
[[nodiscard]] std::string message_id(std::string_view edition_key, SubscriberId subscriber,
                                     std::string_view domain);

}  // namespace tidings::message
