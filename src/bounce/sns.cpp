#include "bounce/sns.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "bounce/reason.hpp"
#include "bounce/scan.hpp"

namespace tidings::bounce {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() ? nullptr : &*at;
}

/// The JSON object at the start of a text; the rest (SNS adds lines on how to unsubscribe) is ignored.
Json object_in(std::string_view text) {
  const auto open = text.find('{');
  if (open == std::string_view::npos || !trim(text.substr(0, open)).empty()) return {};
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == '{') {
      if (++depth > 50) return {};
    } else if (!quoted && text[i] == '}' && --depth == 0) {
      return Json::parse(text.substr(open, i + 1 - open), nullptr, false);
    }
  }
  return {};
}

Recipient recipient_of(const Json& entry, bool transient) {
  Recipient recipient{.address = address_of(text_of(entry, "emailAddress")).value_or("")};
  Evidence evidence{.status = status_at_start(text_of(entry, "status")),
                    .diagnostic = text_of(entry, "diagnosticCode")};
  if (ascii_lower(text_of(entry, "action")) == "delayed") evidence.action = Action::delayed;
  const auto judgement = judge(evidence);
  recipient.action = evidence.action;
  recipient.status = judgement.status;
  recipient.reason = judgement.reason;
  recipient.kind = transient ? Kind::soft : judgement.kind;
  recipient.diagnostic = std::string{truncate_utf8(collapse_blanks(clean_utf8(evidence.diagnostic)), 500)};
  return recipient;
}

}  // namespace

std::optional<Report> read_sns(std::string_view text) {
  // SES mails fold long lines with "!" at the end of each.
  auto json = object_in(replace_all(text, "!\n ", ""));
  if (json.is_discarded() || !json.is_object()) return std::nullopt;
  if (const auto inner = text_of(json, "Message"); inner.find("otificationType") != std::string::npos)
    json = object_in(inner);
  if (json.is_discarded() || !json.is_object()) return std::nullopt;
  const auto type = text_of(json, "notificationType").empty() ? text_of(json, "eventType")
                                                              : text_of(json, "notificationType");
  const bool complaint = type == "Complaint";
  if (!complaint && type != "Bounce") return std::nullopt;
  const auto* const what = member(json, complaint ? "complaint" : "bounce");
  const auto* const entries =
      what == nullptr ? nullptr : member(*what, complaint ? "complainedRecipients" : "bouncedRecipients");
  if (entries == nullptr || !entries->is_array()) return std::nullopt;
  Report report{.complaint = complaint, .reporter = "Amazon SES"};
  if (complaint)
    report.feedback_type =
        text_of(*what, "complaintFeedbackType").empty() ? "abuse" : text_of(*what, "complaintFeedbackType");
  for (const auto& entry : *entries) {
    if (!entry.is_object() || report.recipients.size() >= 500) continue;
    auto recipient = recipient_of(entry, text_of(*what, "bounceType") == "Transient");
    if (complaint) recipient = {.address = recipient.address, .action = Action::complaint};
    if (!recipient.address.empty()) report.recipients.push_back(std::move(recipient));
  }
  if (report.recipients.empty()) return std::nullopt;
  return report;
}

}  // namespace tidings::bounce
