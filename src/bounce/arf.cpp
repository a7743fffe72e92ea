#include "bounce/arf.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "bounce/scan.hpp"

namespace tidings::bounce {
namespace {

void add(std::vector<std::string>& addresses, std::string_view value) {
  const auto address = address_of(value);
  if (!address) return;
  const auto same = [&](const std::string& each) { return ascii_iequals(each, *address); };
  if (std::none_of(addresses.begin(), addresses.end(), same)) addresses.push_back(*address);
}

/// RFC 6590 redaction leaves no usable address.
bool is_redacted(std::string_view address) {
  const auto local = ascii_lower(address.substr(0, address.find('@')));
  return local.find("redacted") != std::string::npos || local == "undisclosed" || local == "x";
}

const Part* feedback_part(const Mail& mail) {
  for (const auto& part : mail.parts) {
    if (part.type == "message/feedback-report") return &part;
  }
  for (const auto& part : mail.parts) {
    if (part.place == Place::returned) continue;
    const auto fields = read_fields(part.text);
    const bool versioned = !field(fields, "version").empty() || !field(fields, "user-agent").empty();
    if (!field(fields, "feedback-type").empty() && (versioned || mail.report_type == "feedback-report"))
      return &part;
  }
  return nullptr;
}

void add_from_returned(std::vector<std::string>& addresses, const Mail& mail) {
  for (const auto& headers : mail.returned) {
    for (const std::string_view name :
         {"x-hmxmroriginalrecipient", "x-original-rcpt-to", "x-rcpt-to", "delivered-to", "envelope-to",
          "x-original-to", "apparently-to", "to"}) {
      if (const auto value = field(headers, name); !value.empty()) add(addresses, value);
      if (!addresses.empty()) return;
    }
  }
}

/// Hotmail before RFC 5965: no report part, only the message and its recipient.
std::optional<Feedback> old_hotmail(const Mail& mail) {
  const auto subject = ascii_lower(field(mail.fields, "subject"));
  if (!subject.starts_with("complaint about message from")) return std::nullopt;
  Feedback feedback{.type = "abuse"};
  for (const auto& headers : mail.returned) {
    if (const auto value = field(headers, "x-hmxmroriginalrecipient"); !value.empty())
      add(feedback.addresses, value);
  }
  if (feedback.addresses.empty()) add_from_returned(feedback.addresses, mail);
  return feedback;
}

}  // namespace

std::optional<Feedback> read_feedback(const Mail& mail) {
  const auto* const part = feedback_part(mail);
  if (part == nullptr) return old_hotmail(mail);
  const auto fields = read_fields(part->text);
  Feedback feedback{.type = ascii_lower(trim(field(fields, "feedback-type"))),
                    .user_agent = std::string{field(fields, "user-agent")}};
  if (feedback.type.empty()) feedback.type = "abuse";
  for (const auto& [name, value] : fields) {
    if (name == "original-rcpt-to" || name == "removal-recipient") add(feedback.addresses, value);
  }
  std::erase_if(feedback.addresses, is_redacted);
  if (feedback.addresses.empty()) add_from_returned(feedback.addresses, mail);
  std::erase_if(feedback.addresses, is_redacted);
  return feedback;
}

}  // namespace tidings::bounce
