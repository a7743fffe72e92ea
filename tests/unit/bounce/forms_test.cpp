// Forms of many systems, written from their documentation and sources before they were read by tidings:
// tests/data/bounce forms/ (expected.tsv: file, address, action, start of the status, kind), none.mbox (no
// report any of them), answers.tsv (kind, what a host said).
#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/codec.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "bounce/intake.hpp"
#include "bounce/parse.hpp"
#include "bounce/reason.hpp"

namespace {

using namespace tidings;
using namespace tidings::bounce;

const std::string folder = std::string{TIDINGS_TEST_DATA} + "/bounce/";

std::vector<std::vector<std::string>> rows_of(const std::string& file) {
  std::vector<std::vector<std::string>> rows;
  const auto text = read_file(folder + file).value();
  for (const auto line : split(text, '\n')) {
    if (line.empty()) continue;
    std::vector<std::string> row;
    for (const auto cell : split(line, '\t')) row.emplace_back(cell);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string mail_of(const std::string& name) { return read_file(folder + "forms/" + name + ".eml").value(); }

std::string summary(const Result<Report>& report) {
  if (!report) return "none";
  std::vector<std::string> all;
  for (const auto& each : report->recipients)
    all.push_back(each.address + " " + std::string{name_of(each.action)} + " " + each.status + " " +
                  std::string{name_of(each.kind)});
  std::sort(all.begin(), all.end());
  return join(all, "; ");
}

TEST_CASE("forms: each system's report gives its recipients, actions, statuses and kinds") {
  std::string last;
  std::size_t wanted = 0;
  for (const auto& row : rows_of("forms/expected.tsv")) {
    CAPTURE(row[0]);
    const auto report = parse_report(mail_of(row[0]));
    REQUIRE(report);
    wanted = row[0] == last ? wanted + 1 : 1;
    last = row[0];
    CHECK(report->recipients.size() >= wanted);
    const auto& all = report->recipients;
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const Recipient& each) { return ascii_iequals(each.address, row[1]); });
    REQUIRE(found != all.end());
    CHECK(name_of(found->action) == row[2]);
    if (row[3] != "-")
      CHECK_MESSAGE(found->status.starts_with(row[3]), found->status << " is not " << row[3]);
    if (row[4] != "-") CHECK(name_of(found->kind) == row[4]);
  }
}

TEST_CASE("forms: what is no report is taken for none, in 25 languages and from many programs") {
  std::size_t mails = 0;
  REQUIRE(read_mbox(folder + "none.mbox", "/nonexistent", [&](const Incoming& mail) -> Result<Disposition> {
    ++mails;
    CHECK_MESSAGE(!parse_report(mail.bytes), mail.bytes.substr(0, 60)
                                                 << ": " << summary(parse_report(mail.bytes)));
    return Disposition::taken;
  }));
  CHECK(mails > 140);
}

TEST_CASE("forms: a host's answer is hard only where it blames the address") {
  for (const auto& row : rows_of("answers.tsv")) {
    CAPTURE(row[1]);
    CHECK(name_of(judge({.status = "5.0.0", .diagnostic = row[1]}).kind) == row[0]);
  }
}

// ---- the same mail in other clothes
// ------------------------------------------------------------------------------------

bool is_plain(const std::string& mail) {
  return mail.find("multipart/") == std::string::npos && mail.find("ransfer-Encoding") == std::string::npos &&
         mail.find("<html") == std::string::npos && mail.find('\r') == std::string::npos;
}

std::string typed(const std::string& mail) {
  return mail.find("Content-Type:") == std::string::npos ? "Content-Type: text/plain; charset=utf-8\n" + mail
                                                         : mail;
}

std::string encoded(const std::string& mail) {
  const auto blank = mail.find("\n\n");
  std::string body = base64_encode(mail.substr(blank + 2));
  for (std::size_t at = 76; at < body.size(); at += 77) body.insert(at, "\n");
  return "Content-Transfer-Encoding: base64\n" + typed(mail.substr(0, blank)) + "\n\n" + body + "\n";
}

std::string as_html(const std::string& mail) {
  const auto blank = mail.find("\n\n");
  auto body = replace_all(replace_all(replace_all(mail.substr(blank + 2), "&", "&amp;"), "<", "&lt;"), "\n",
                          "<br>\n");
  const auto head = replace_all(typed(mail.substr(0, blank)), "text/plain", "text/html");
  return head + "\n\n<html><body>" + body + "</body></html>\n";
}

std::string in_lower_names(const std::string& mail) {
  const auto blank = mail.find("\n\n");
  std::string out;
  for (const auto line : split(std::string_view{mail}.substr(0, blank), '\n')) {
    const auto colon = line.find(':');
    const bool folded = line.starts_with(" ") || line.starts_with("\t") || colon == std::string_view::npos;
    out +=
        (folded ? std::string{line} : ascii_lower(line.substr(0, colon)) + std::string{line.substr(colon)}) +
        "\n";
  }
  return out + mail.substr(blank + 1);
}

using Change = std::pair<std::string, std::function<std::string(const std::string&)>>;

const std::vector<Change>& changes() {
  const auto status_as = [](std::string type) {
    return [type = std::move(type)](const std::string& mail) {
      return replace_all(mail, "Content-Type: message/delivery-status\n", type);
    };
  };
  const auto plain_only = [](auto change) {
    return [change](const std::string& mail) { return is_plain(mail) ? change(mail) : mail; };
  };
  static const std::vector<Change> all{
      {"CRLF",
       [](const std::string& mail) { return replace_all(replace_all(mail, "\r\n", "\n"), "\n", "\r\n"); }},
      {"mbox line",
       [](const std::string& mail) { return "From MAILER-DAEMON Mon Jan 12 09:11:12 2026\n" + mail; }},
      {"field names in lower case", in_lower_names},
      {"base64", plain_only(encoded)},
      {"HTML", plain_only(as_html)},
      {"status as text", status_as("Content-Type: text/plain\n")},
      {"status as data", status_as("Content-Type: application/octet-stream\n")},
      {"status without a type", status_as("")},
      {"multipart/mixed",
       [](const std::string& mail) {
         return replace_all(mail, "multipart/report; report-type=delivery-status", "multipart/mixed");
       }},
      {"body cut off",
       [](const std::string& mail) { return mail.substr(0, mail.rfind("The ferries kept")); }}};
  return all;
}

TEST_CASE("forms: line ends, encodings, lost types and cut bodies change nothing of what a report says") {
  std::string last;
  for (const auto& row : rows_of("forms/expected.tsv")) {
    if (std::exchange(last, row[0]) == row[0]) continue;
    const auto mail = mail_of(row[0]);
    if (mail.find("\n\n") == std::string::npos) continue;
    const auto want = summary(parse_report(mail));
    for (const auto& [name, change] : changes()) {
      CAPTURE(row[0]);
      CAPTURE(name);
      CHECK(summary(parse_report(change(mail))) == want);
    }
  }
}

}  // namespace
