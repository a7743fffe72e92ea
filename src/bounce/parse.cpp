#include "bounce/parse.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "bounce/arf.hpp"
#include "bounce/dsn.hpp"
#include "bounce/heuristics.hpp"
#include "bounce/reason.hpp"
#include "bounce/scan.hpp"
#include "bounce/sns.hpp"

namespace tidings::bounce {
namespace {

constexpr std::size_t max_diagnostic = 500;

std::string short_line(std::string_view text) {
  return std::string{truncate_utf8(collapse_blanks(clean_utf8(text)), max_diagnostic)};
}

/// The prose of the report: its text parts; HTML only where there is no plain text with an address.
std::string notice_of(const Mail& mail) {
  std::string plain;
  std::string html;
  for (const auto& part : mail.parts) {
    if (part.place == Place::returned || part.type == "message/delivery-status") continue;
    if (part.type == "text/html") {
      html += text_of_html(part.text) + "\n\n";
    } else if (part.type.starts_with("text/") || part.type.starts_with("message/")) {
      const bool markup =
          part.text.find("<br>") != std::string::npos || part.text.find("<BR>") != std::string::npos;
      plain += (markup ? text_of_html(part.text) : part.text) + "\n\n";
    }
  }
  return plain.find('@') != std::string::npos || html.empty() ? plain : plain + html;
}

/// The notice of a report that arrives inside another message (forwarded by a list or a filter).
std::string nested_notice_of(const Mail& mail) {
  for (const auto& part : mail.parts) {
    if (part.place == Place::returned && part.type == "text/plain" && !trim(part.text).empty())
      return part.text;
  }
  return {};
}

/// The same fields in plain text may be what a person forwards; not so where MIME structure was lost on the
/// way.
bool is_untyped_dsn(const Mail& mail, const std::string& text) {
  return is_dsn_text(text) &&
         (may_be_report(mail, text) ||
          ascii_lower(text).find("content-type: message/delivery-status") != std::string::npos);
}

std::vector<Dsn> dsns_of(const Mail& mail) {
  std::vector<Dsn> outer;
  std::vector<Dsn> nested;
  for (const auto& part : mail.parts) {
    const bool typed =
        part.type == "message/delivery-status" || part.type == "message/global-delivery-status";
    if (!typed && !is_untyped_dsn(mail, part.text)) continue;
    auto dsn = read_dsn(part.text);
    if (!dsn.recipients.empty()) (part.place == Place::notice ? outer : nested).push_back(std::move(dsn));
  }
  return outer.empty() ? nested : outer;
}

std::optional<Action> action_named(std::string_view value) {
  const auto word = ascii_lower(trim(value));
  if (word.starts_with("fail") || word.starts_with("reject") || word.starts_with("perm"))
    return Action::failed;
  if (word.starts_with("delay") || word.starts_with("warn")) return Action::delayed;
  if (word.starts_with("deliver")) return Action::delivered;
  if (word.starts_with("relay")) return Action::relayed;
  if (word.starts_with("expand")) return Action::expanded;
  return std::nullopt;
}

/// "smtp; 550 ..." without its type.
std::string without_type(std::string_view diagnostic) {
  const auto semicolon = diagnostic.find(';');
  if (semicolon != std::string_view::npos && semicolon < 24 &&
      diagnostic.substr(0, semicolon).find_first_of("0123456789@ ") == std::string_view::npos) {
    diagnostic = diagnostic.substr(semicolon + 1);
  }
  return std::string{trim(diagnostic)};
}

void add(Report& report, Recipient recipient) {
  const auto same =
      std::find_if(report.recipients.begin(), report.recipients.end(),
                   [&](const Recipient& each) { return ascii_iequals(each.address, recipient.address); });
  if (same == report.recipients.end()) {
    report.recipients.push_back(std::move(recipient));
  } else if (same->action != Action::failed && recipient.action == Action::failed) {
    *same = std::move(recipient);
  }
}

void apply(Recipient& recipient, const Evidence& evidence) {
  const bool done = evidence.action != Action::failed && evidence.action != Action::delayed;
  if (done) {
    recipient.status = evidence.status.empty() ? "2.0.0" : evidence.status;
    return;
  }
  auto judgement = judge(evidence);
  recipient.status = std::move(judgement.status);
  recipient.kind = judgement.kind;
  recipient.reason = judgement.reason;
}

std::string_view domain_of(std::string_view address) { return address.substr(address.rfind('@') + 1); }

/// A gateway's own name for the mailbox: another kind of address, a bare host, a host below the domain we
/// wrote to.
bool is_internal(std::string_view field, std::string_view final_address, std::string_view original) {
  const auto type = ascii_lower(trim(field.substr(0, field.find(';'))));
  const auto domain = ascii_lower(domain_of(final_address));
  return type.starts_with("x400") || domain.find('.') == std::string::npos ||
         domain.ends_with("." + ascii_lower(domain_of(original)));
}

std::optional<Recipient> recipient_of(const DsnRecipient& entry) {
  const auto final_address = address_of(entry.final_recipient);
  const auto original = address_of(entry.original_recipient);
  const auto actual = address_of(entry.actual_recipient);
  if (!final_address && !original && !actual) return std::nullopt;
  Recipient recipient;
  const bool internal =
      final_address && original && is_internal(entry.final_recipient, *final_address, *original);
  recipient.address = final_address && !internal ? *final_address : original ? *original : *actual;
  if (original && !ascii_iequals(*original, recipient.address)) recipient.original = *original;
  return recipient;
}

/// Some write "delivered" with 5.1.1, or "failed" with 2.0.0: two witnesses against one.
void settle_contradiction(Evidence& evidence) {
  const bool refused =
      find_reply_code(evidence.diagnostic) >= 500 || find_status(evidence.diagnostic).starts_with("5");
  const bool done = evidence.action != Action::failed && evidence.action != Action::delayed;
  if (done && refused && evidence.status.starts_with("5")) evidence.action = Action::failed;
  if (!done && evidence.status.starts_with("2")) evidence.status.clear();
}

/// What the notice says of an address whose DSN entry says nothing.
std::string words_about(const std::string& notice, const std::string& address) {
  const auto at = ascii_lower(notice).find(ascii_lower(address));
  if (at == std::string::npos) return {};
  const auto end = notice.find("\n\n", at + address.size());
  return notice.substr(at,
                       std::min<std::size_t>(end == std::string::npos ? std::string::npos : end - at, 1500));
}

void read_dsns(Report& report, const Mail& mail, const std::vector<Dsn>& dsns, const std::string& notice) {
  for (const auto& dsn : dsns) {
    if (report.reporter.empty()) report.reporter = short_line(without_type(dsn.reporting_mta));
    if (report.returned.envelope_from.empty()) report.returned.envelope_from = without_type(dsn.sender);
    for (const auto& entry : dsn.recipients) {
      auto recipient = recipient_of(entry);
      if (!recipient) continue;
      Evidence evidence{.status = status_at_start(entry.status),
                        .diagnostic = without_type(entry.diagnostic)};
      if (evidence.status.empty()) evidence.status = find_status(entry.status);
      const auto named = action_named(entry.action);
      evidence.action = named                              ? *named
                        : evidence.status.starts_with("2") ? Action::delivered
                                                           : action_of(mail, notice);
      evidence.around = dsn.recipients.size() == 1 ? notice : words_about(notice, recipient->address);
      // "Status: 5.1.1 (Remote SMTP server has rejected address)"
      if (evidence.diagnostic.empty() && entry.status.find('(') != std::string::npos)
        evidence.diagnostic = entry.status.substr(entry.status.find('('));
      settle_contradiction(evidence);
      if (evidence.diagnostic.empty() && evidence.status.ends_with(".0.0"))
        evidence.diagnostic = words_about(notice, recipient->address);
      recipient->action = evidence.action;
      apply(*recipient, evidence);
      recipient->diagnostic = short_line(evidence.diagnostic.empty() ? words_about(notice, recipient->address)
                                                                     : evidence.diagnostic);
      add(report, *std::move(recipient));
    }
  }
}

void read_failed_header(Report& report, const Mail& mail, const std::string& notice) {
  std::vector<std::string> addresses;
  for (const auto& [name, value] : mail.fields) {
    if (name != "x-failed-recipients" && name != "x-failed-recipient") continue;
    for (const auto& found : find_addresses(value)) addresses.push_back(found.address);
  }
  const auto findings = find_recipients(mail, notice);
  for (const auto& address : addresses) {
    Recipient recipient{.address = address};
    Evidence evidence{.action = action_of(mail, notice)};
    const auto finding = std::find_if(findings.begin(), findings.end(), [&](const Finding& each) {
      return ascii_iequals(each.address, address);
    });
    evidence.diagnostic = finding != findings.end() ? finding->diagnostic : words_about(notice, address);
    evidence.around = addresses.size() == 1 ? notice : "";
    recipient.action = evidence.action;
    apply(recipient, evidence);
    recipient.diagnostic = short_line(evidence.diagnostic.empty() ? notice : evidence.diagnostic);
    add(report, std::move(recipient));
  }
}

/// A list whose bounces came to "list-bounces@domain" is no recipient.
bool is_list_of(const Mail& mail, std::string_view address) {
  const auto at = address.find('@');
  const auto list = ascii_lower(address.substr(0, at)) + "-";
  for (const std::string_view name : {"to", "delivered-to", "x-original-to"}) {
    for (const auto& own : find_addresses(field(mail.fields, name))) {
      if (ascii_lower(own.address).starts_with(list) &&
          ascii_iequals(domain_of(own.address), domain_of(address)))
        return true;
    }
  }
  return false;
}

/// What came back is no message of ours but one to us, passed on.
bool is_to_us(const Mail& mail, const Fields& headers, std::string_view address) {
  const auto names = [&](std::string_view value) {
    const auto all = find_addresses(value);
    return std::any_of(all.begin(), all.end(),
                       [&](const FoundAddress& each) { return ascii_iequals(each.address, address); });
  };
  return names(field(mail.fields, "to")) && !names(field(headers, "from"));
}

/// Who the returned message was for, where the report does not say it.
std::vector<std::string> returned_recipients(const Mail& mail, const Fields& in_text) {
  auto blocks = mail.returned;
  blocks.push_back(in_text);
  for (const auto& headers : blocks) {
    for (const std::string_view name :
         {"x-failed-recipients", "x-original-to", "x-rcpt-to", "delivered-to", "envelope-to", "to"}) {
      std::vector<std::string> addresses;
      for (const auto& found : find_addresses(field(headers, name))) addresses.push_back(found.address);
      if (addresses.size() == 1 && !is_list_of(mail, addresses.front()) &&
          !is_to_us(mail, headers, addresses.front()))
        return addresses;
    }
  }
  return {};
}

/// "The following recipients could not be reached:" and a bare local part under it, of the reporting domain.
std::vector<Finding> local_names(const Mail& mail, const std::string& notice) {
  const auto from = find_addresses(field(mail.fields, "from"));
  if (from.empty()) return {};
  const auto domain = from.front().address.substr(from.front().address.find('@'));
  const auto lines = split(notice, '\n');
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const auto intro = ascii_lower(trim(lines[i]));
    if (!intro.ends_with(":") || intro.find('@') == std::string::npos) {
      if (!intro.ends_with(":") || intro.find("following") == std::string::npos) continue;
    }
    std::size_t next = i + 1;
    while (next < lines.size() && trim(lines[next]).empty()) ++next;
    if (next >= lines.size()) break;
    auto words = trim(lines[next]);
    const auto name = words.substr(0, words.find_first_of(" \t"));
    const bool indented = lines[next].starts_with(" ") || lines[next].starts_with("\t");
    const bool plain =
        !name.empty() &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
            std::string_view::npos;
    if (indented && plain && name.back() != '.')
      return {{.address = std::string{name} + domain, .diagnostic = std::string{words}}};
  }
  return {};
}

/// "Sorry news@example.org, your mail to the following could not be delivered": that is us.
bool names_only_sender(const Mail& mail, const std::vector<Finding>& findings) {
  const auto to = field(mail.fields, "to");
  return std::all_of(findings.begin(), findings.end(), [&](const Finding& each) {
    const auto own = find_addresses(to);
    return std::any_of(own.begin(), own.end(),
                       [&](const FoundAddress& a) { return ascii_iequals(a.address, each.address); });
  });
}

void read_prose(Report& report, const Mail& mail, const Notice& notice) {
  auto findings = find_recipients(mail, notice.text);
  if (findings.empty() || names_only_sender(mail, findings)) {
    if (auto named = local_names(mail, notice.text); !named.empty()) findings = std::move(named);
  }
  if (findings.empty()) {
    for (auto& address : returned_recipients(mail, read_fields(notice.rest)))
      findings.push_back({.address = std::move(address), .diagnostic = {}});
  }
  const auto action = action_of(mail, notice.text);
  for (auto& finding : findings) {
    Recipient recipient{.address = finding.address, .action = action};
    Evidence evidence{.action = action, .diagnostic = finding.diagnostic};
    if (findings.size() == 1)
      evidence.around = std::string{field(mail.fields, "subject")} + " " + notice.text;
    apply(recipient, evidence);
    recipient.diagnostic = short_line(finding.diagnostic.empty() ? notice.text : finding.diagnostic);
    add(report, std::move(recipient));
  }
}

/// A report in prose that a gateway or a list returns as a whole.
void read_nested(Report& report, const Mail& mail) {
  const auto inner = cut_notice(nested_notice_of(mail));
  if (mail.returned.empty() || is_passed_on(mail) || inner.text.size() <= 20) return;
  auto nested = mail;
  nested.fields = mail.returned.front();
  nested.returned.erase(nested.returned.begin());
  if (report_score(nested, inner.text) < 4 || is_auto_reply(nested, inner.text)) return;
  read_failed_header(report, nested, inner.text);
  if (report.recipients.empty()) read_prose(report, nested, inner);
}

Fields headers_in(const Mail& mail, const Notice& notice) {
  return mail.returned.empty() ? read_fields(notice.rest) : mail.returned.front();
}

void read_returned(Report& report, const Fields& headers) {
  report.returned.message_id = std::string{trim(field(headers, "message-id"))};
  report.returned.list_unsubscribe = std::string{field(headers, "list-unsubscribe")};
  if (report.returned.envelope_from.empty())
    report.returned.envelope_from = std::string{field(headers, "return-path")};
}

}  // namespace

Result<Report> parse_report(std::string_view bytes) { return parse_report(read_mail(bytes)); }

Result<Report> parse_report(const Mail& mail) {
  Report report;
  const auto notice = cut_notice(notice_of(mail));
  if (const auto feedback = read_feedback(mail)) {
    report.complaint = true;
    report.feedback_type = feedback->type;
    report.reporter = short_line(feedback->user_agent);
    for (const auto& address : feedback->addresses)
      report.recipients.push_back({.address = address, .action = Action::complaint});
    read_returned(report, headers_in(mail, notice));
    return report;
  }
  if (const auto text = trim(notice.text); text.starts_with("{")) {
    if (auto from_ses = read_sns(text)) return *std::move(from_ses);
  }
  read_dsns(report, mail, dsns_of(mail), notice.text);
  if (report.recipients.empty() && is_auto_reply(mail, notice.text)) {
    return fail(Errc::bad_data, "the mail is an automatic reply, not a delivery report");
  }
  if (report.recipients.empty()) read_failed_header(report, mail, notice.text);
  if (report.recipients.empty()) {
    const bool told = report_score(mail, notice.text) >= 3;
    if (!told || find_recipients(mail, notice.text).empty()) read_nested(report, mail);
    if (told && report.recipients.empty()) read_prose(report, mail, notice);
  }
  if (report.recipients.empty()) return fail(Errc::bad_data, "the mail is not a delivery report");
  read_returned(report, headers_in(mail, notice));
  return report;
}

}  // namespace tidings::bounce
