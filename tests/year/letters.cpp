#include "year/letters.hpp"

#include "year/blog.hpp"
#include "year/secrets.hpp"

namespace year {
namespace {

std::string login_text(const char* password_file) {
  return std::string{"username = \""} + login_name + "\"\npassword_file = \"" + password_file + "\"\n";
}

}  // namespace

std::string config_text(const Script& script, std::int64_t now_ms) {
  std::string text =
      "[newsletter]\nname = \"Harbour News\"\nfrom = \"Harbour News <news@example.org>\"\n"
      "public_url = \"https://news.example.org\"\npostal_address = \"1 Quay Street\"\nlanguage = \"en\"\n"
      "timezone = \"" +
      script.zone + "\"\n[store]\npath = \"" + store_path + "\"\n[bounce]\naddress = \"" + bounce_address +
      "\"\nmaildir = \"returned\"\n";
  for (int i = 0; i < script.relays; ++i) {
    text += i == 0 ? "[smtp]\n" : "[[relay]]\n";
    text += "url = \"smtp://127.0.0.1:" + std::to_string(first_relay_port + i) +
            "\"\ntls = \"off\"\nconnections = " + std::to_string(script.connections) +
            "\nwindow = " + std::to_string(script.window) + "\n";
    if (script.secret && i == 0) text += login_text(relay_password_file);
  }
  for (std::size_t i = 0; i < script.sources.size(); ++i) {
    if (script.sources[i].added_ms > now_ms) continue;
    const auto& name = script.sources[i].name;
    const auto port = std::to_string(first_blog_port + static_cast<int>(i));
    text += "[[source]]\nname = \"" + name + "\"\n";
    text += script.sources[i].local
                ? "url = \"file:" + name + ".feed\"\n"
                : "allow_private_address = true\nurl = \"http://127.0.0.1:" + port + "/" + name + "\"\n";
    if (script.secret && i == 0 && !script.sources[i].local) text += login_text(source_password_file);
  }
  for (const auto& digest : script.digests) {
    const bool has_changed = digest.changes_ms != 0 && digest.changes_ms <= now_ms;
    text += "[[digest]]\nname = \"" + digest.name + "\"\nschedule = \"" +
            (has_changed ? digest.later : digest.schedule) + "\"\n" + digest.more;
  }
  if (script.secret)
    text += std::string{"[dkim]\ndomain = \"example.org\"\nselector = \"s1\"\nkey_file = \""} +
            dkim_key_file + "\"\n";
  if (script.hold) text += "[delivery]\nin_doubt = \"hold\"\n";
  return text;
}

std::string report_text(Act::Kind kind, const std::string& to, const std::string& reader, int serial) {
  const bool soft = kind == Act::Kind::soft_bounce;
  const bool complaint = kind == Act::Kind::complain;
  std::string text = "Return-Path: <>\nDelivered-To: " + to + "\nFrom: MAILER-DAEMON@mx.example\nTo: <" + to +
                     ">\nSubject: Report\nMessage-ID: <report-" + std::to_string(serial) +
                     "@mx.example>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=" +
                     (complaint ? "feedback-report" : "delivery-status") +
                     "; boundary=q\n\n--q\nContent-Type: text/plain\n\nA report.\n\n--q\n";
  if (complaint) {
    text += "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Loop/1\nVersion: 1\n";
  } else {
    text +=
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: "
        "rfc822; " +
        reader + "\nAction: failed\nStatus: " +
        (soft ? "4.2.2\nDiagnostic-Code: smtp; 452 4.2.2 mailbox full\n"
              : "5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n");
  }
  return text + "\n--q--\n";
}

std::string leave_text(const std::string& list_unsubscribe, const std::string& reader, int serial) {
  const auto at = list_unsubscribe.find("<mailto:");
  const auto subject = list_unsubscribe.find("?subject=", at);
  if (at == std::string::npos || subject == std::string::npos) return {};
  const auto to = list_unsubscribe.substr(at + 8, subject - at - 8);
  auto words = list_unsubscribe.substr(subject + 9, list_unsubscribe.find('>', subject) - subject - 9);
  if (const auto blank = words.find("%20"); blank != std::string::npos) words.replace(blank, 3, " ");
  return "Return-Path: <" + reader + ">\nFrom: " + reader + "\nTo: " + to + "\nSubject: " + words +
         "\nMessage-ID: <leave-" + std::to_string(serial) + "@x.example>\n\n\n";
}

}  // namespace year
