// The corpus of our own writing, one mail a format; what each must give stands here.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "bounce/parse.hpp"

namespace {

using namespace tidings;
using namespace tidings::bounce;

std::string mail_of(const std::string& name) {
  return read_file(std::string{TIDINGS_TEST_DATA} + "/bounce/" + name).value();
}

struct Want {
  std::string address{};
  Action action = Action::failed;
  std::string status{};
  Kind kind = Kind::soft;
};

struct Case {
  std::string file{};
  std::vector<Want> recipients{};
};

const std::vector<Case> corpus{
    {"rfc3464.eml",
     {{"ann@quay.example", Action::failed, "5.1.1", Kind::hard},
      {"bo@pier.example", Action::failed, "5.2.2", Kind::soft},
      {"cy@mole.example", Action::delayed, "4.4.1", Kind::soft}}},
    {"base64.eml", {{"yuki@minato.example", Action::failed, "5.1.1", Kind::hard}}},
    {"nested.eml", {{"deep@quay.example", Action::failed, "5.1.2", Kind::hard}}},
    {"policy.eml", {{"tess@big.example", Action::failed, "5.7.1", Kind::soft}}},
    {"qmail.eml",
     {{"nina@buoy.example", Action::failed, "5.1.1", Kind::hard},
      {"otto@buoy.example", Action::failed, "4.4.1", Kind::soft}}},
    {"mac_lines.eml",
     {{"nina@buoy.example", Action::failed, "5.1.1", Kind::hard},
      {"otto@buoy.example", Action::failed, "4.4.1", Kind::soft}}},
    {"exim.eml", {{"rita@reef.example", Action::failed, "5.1.2", Kind::hard}}},
    {"warning.eml", {{"sven@fjord.example", Action::delayed, "4.4.7", Kind::soft}}},
    {"domino.eml", {{"hans@firma.example", Action::failed, "5.1.1", Kind::hard}}},
    {"exchange2003.eml", {{"paul@corp.example", Action::failed, "5.1.1", Kind::hard}}},
    {"sendmail.eml", {{"vera@dock.example", Action::failed, "5.1.1", Kind::hard}}},
    {"postfix_plain.eml",
     {{"ole@kaj.example", Action::failed, "5.1.1", Kind::hard},
      {"pia@kaj.example", Action::failed, "5.4.0", Kind::soft}}},
    {"hotmail.eml", {{"ada@cove.example", Action::failed, "5.5.0", Kind::hard}}},
    {"nemesis.eml", {{"ada@reef.example", Action::failed, "5.0.0", Kind::hard}}},
    {"wrong_type.eml", {{"ada@pier.example", Action::failed, "5.1.1", Kind::hard}}},
    {"refused_sender.eml", {{"tor@fjord.example", Action::failed, "5.1.0", Kind::soft}}},
    {"ses.eml", {{"ida@quay.example", Action::failed, "5.1.1", Kind::hard}}},
    {"chinese.eml", {{"li@youju.example", Action::failed, "5.1.1", Kind::hard}}},
    {"groupwise.eml", {{"ann@quay.example", Action::failed, "5.1.1", Kind::hard}}},
    {"office365.eml", {{"ann@quay.example", Action::failed, "5.1.10", Kind::hard}}},
    {"yahoo.eml",
     {{"ann@bay.example", Action::failed, "5.1.1", Kind::hard},
      {"bo@bay.example", Action::failed, "5.2.1", Kind::soft}}},
    {"aol.eml", {{"anncaptain@bay.example", Action::failed, "5.2.1", Kind::soft}}},
    {"kddi.eml", {{"ann@umi.example", Action::failed, "5.2.2", Kind::soft}}},
    {"docomo.eml", {{"ann..lee.@umi.example", Action::failed, "5.2.0", Kind::hard}}},
};

TEST_CASE("parse: each format of the corpus gives its recipients, actions, statuses and kinds") {
  for (const auto& [file, wanted] : corpus) {
    CAPTURE(file);
    const auto report = parse_report(mail_of(file));
    REQUIRE(report);
    CHECK_FALSE(report->complaint);
    REQUIRE(report->recipients.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CHECK(report->recipients[i].address == wanted[i].address);
      CHECK(report->recipients[i].action == wanted[i].action);
      CHECK(report->recipients[i].status == wanted[i].status);
      CHECK(report->recipients[i].kind == wanted[i].kind);
    }
  }
}

TEST_CASE("parse: a feedback report is a complaint and names who complained") {
  const auto report = parse_report(mail_of("arf.eml"));
  REQUIRE(report);
  CHECK(report->complaint);
  CHECK(report->feedback_type == "abuse");
  REQUIRE(report->recipients.size() == 1);
  CHECK(report->recipients[0].address == "uma@big.example");
  CHECK(report->recipients[0].kind == Kind::soft);
  CHECK(report->returned.message_id == "<a1@example.org>");
}

TEST_CASE("parse: automatic replies, challenges and letters are no reports") {
  for (const auto* const file : {"vacation_de.eml", "vacation_en.eml", "challenge.eml", "letter.eml"}) {
    CAPTURE(file);
    const auto report = parse_report(mail_of(file));
    REQUIRE_FALSE(report);
    CHECK(report.error().code == Errc::bad_data);
  }
  CHECK_FALSE(parse_report(""));
  CHECK_FALSE(parse_report("\n\n\n"));
}

TEST_CASE("parse: what people and machines write about bounces is none") {
  const std::string refusal = "<cy@mole.example>: host mx.mole.example said: 550 5.1.1 User unknown\n";
  const std::string notice =
      "I'm sorry, your message could not be delivered to one or more recipients.\n\n" + refusal;
  const std::vector<std::string> mails{
      // forwarded, answered, quoted
      "From: Bo <bo@pier.example>\nSubject: Fwd: Undelivered Mail Returned to Sender\n\nWhat is this?\n\n" +
          notice,
      "From: Bo <bo@pier.example>\nSubject: Re: Undelivered Mail Returned to Sender\n\nWe closed that "
      "account.\n\n> " +
          refusal,
      "From: Bo <bo@pier.example>\nSubject: my mail\n\nI get this:\n> " + notice,
      // written about
      "From: Post <news@post.example>\nList-Unsubscribe: <https://post.example/u>\nSubject: User unknown: "
      "what a bounce "
      "says\n\nWhen your message could not be delivered, " +
          refusal,
      "From: dev <notifications@code.example>\nList-Id: code\nSubject: \"user unknown\" is not parsed\n\n" +
          refusal,
      // sold
      "From: Parcels <info@parcel.example>\nSubject: Delivery failed\n\nYour parcel could not be "
      "delivered: "
      "the address "
      "does not exist. Write to help@parcel.example.\n",
      "From: Admin <admin@shop.example>\nSubject: Mailbox full\n\nDear ann@quay.example, your quota is "
      "exceeded, 12 "
      "messages were not delivered.\n",
      "From: Mail Delivery System <postmaster@shop.example>\nSubject: Mail delivery failed: 5 messages "
      "pending\n\nDear "
      "ann@quay.example, your mailbox storage is full, your incoming messages are on hold.\n",
      "Return-Path: <bo@pier.example>\nFrom: Bo <bo@pier.example>\nSubject: Fwd: Undelivered "
      "Mail\n\nReporting-MTA: dns; "
      "mx.example\n\nFinal-Recipient: rfc822; ann@quay.example\nAction: failed\nStatus: 5.1.1\n",
      // cron jobs, welcomes
      "From: root@box.example (Cron Daemon)\nAuto-Submitted: auto-generated\nSubject: Cron <root@box> "
      "mailq\n\n"
      "ann@quay.example: 550 unknown user\n",
      "From: postmaster@mx.example\nSubject: Welcome\n\nThis is ann@quay.example, your new mailbox. Your "
      "quota is 1 GB.\n",
      // receipts, lists, tickets
      "From: Help <help@desk.example>\nAuto-Submitted: auto-generated\nSubject: [#7] User unknown\n\nYour "
      "ticket has been "
      "created: \"550 5.1.1 User unknown ann@quay.example\".\n",
      "From: Bo <bo@pier.example>\nSubject: Not read\nContent-Type: multipart/report; "
      "report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nDeleted without "
      "being "
      "read.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: "
      "rfc822;bo@pier.example\nDisposition: automatic-action/MDN-sent-automatically; deleted\n--b--\n",
      "From: list-bounces@lists.example\nAuto-Submitted: auto-replied\nSubject: Your message to list awaits "
      "moderator "
      "approval\n\nYour mail to list@lists.example is being held: post by non-member to a members-only "
      "list.\n",
      "From: Help <help@shop.example>\nAuto-Submitted: auto-generated\nSubject: [550] We received your "
      "request\n\nThank you.\n"};
  for (const auto& mail : mails) {
    CAPTURE(mail);
    CHECK_FALSE(parse_report(mail));
  }
  // The same words from a mail system are a report.
  CHECK(parse_report("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered\n\n" + notice));
}

TEST_CASE("parse: absence is told in many languages, and nobody is bounced by it") {
  const std::vector<std::pair<std::string, std::string>> absences{
      {"Automatic reply: Harbour", "I am out of the office until Monday, write to bo@pier.example."},
      {"Re: Harbour", "I no longer work here. This mailbox is not monitored, write to bo@pier.example."},
      {"Abwesenheitsnotiz: Hafen", "Ich bin bis Montag nicht im Büro. Bitte an bo@pier.example wenden."},
      {"Réponse automatique : le port", "Je suis absent jusqu'à lundi. Votre message n'a pas été transmis."},
      {"Respuesta automática: puerto", "Estoy fuera de la oficina. Escriba a bo@pier.example."},
      {"Resposta automática: porto", "Estou fora do escritório. Escreva a bo@pier.example."},
      {"Risposta automatica: porto", "Sono fuori ufficio. Scrivere a bo@pier.example."},
      {"Afwezig: haven", "Ik ben afwezig tot maandag. Mail bo@pier.example."},
      {"Frånvarande: hamnen", "Jag är på semester. Kontakta bo@pier.example."},
      {"Autoodpowiedź: port", "Jestem poza biurem. Proszę pisać na bo@pier.example."},
      {"Автоответ: порт", "Меня нет в офисе. Пишите bo@pier.example."},
      {"自动回复: 港口", "我正在休假。请联系 bo@pier.example。"},
      {"自動返信: 港", "ただいま不在です。bo@pier.example までご連絡ください。"},
      {"부재중 자동 회신: 항구", "부재중입니다. bo@pier.example 로 연락 바랍니다."}};
  for (const auto& [subject, body] : absences) {
    CAPTURE(subject);
    CHECK_FALSE(parse_report(
        "Return-Path: <>\nFrom: Ann <ann@quay.example>\nTo: bounces@news.example\nAuto-Submitted: "
        "auto-replied\nContent-Type: text/plain; charset=utf-8\nSubject: " +
        subject + "\n\n" + body + "\n"));
  }
}

TEST_CASE(
    "parse: cut off at any byte, a mail gives a report or none, and never a hard bounce of somebody else") {
  for (const auto& [file, wanted] : corpus) {
    const auto whole = mail_of(file);
    for (std::size_t size = 0; size < whole.size(); size += 7) {
      const auto report = parse_report(std::string_view{whole}.substr(0, size));
      if (!report) continue;
      for (const auto& each : report->recipients) {
        if (each.kind == Kind::hard)
          CHECK_MESSAGE(each.address.find("news@") == std::string::npos, file << " cut at " << size);
      }
    }
  }
}

TEST_CASE("parse: what an address looks like in a report's field does not matter") {
  const std::vector<std::pair<std::string, std::string>> fields{
      {"rfc822; ann@quay.example", "ann@quay.example"},
      {"RFC822 ;ann@quay.example", "ann@quay.example"},
      {"<ann@quay.example>", "ann@quay.example"},
      {"rfc822; \"ann lee\"@quay.example", "\"ann lee\"@quay.example"},
      {"rfc822; <@relay.example:ann@quay.example>", "ann@quay.example"},
      {"utf-8; åsa@börs.example", "åsa@börs.example"}};
  for (const auto& [value, want] : fields) {
    const auto report = parse_report(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nContent-Type: "
        "message/delivery-status\n\nReporting-MTA: dns; "
        "mx.example\n\nFinal-Recipient: " +
        value + "\nAction: failed\nStatus: 5.1.1\n");
    REQUIRE(report);
    CHECK(report->recipients.front().address == want);
  }
}

TEST_CASE("parse: the host's answer decides, wherever the notice shows it") {
  struct Said {
    std::string answer{};
    Kind kind = Kind::soft;
  };
  const std::vector<Said> cases{{"550 5.1.1 no such user", Kind::hard},
                                {"550 your domain has no valid MX", Kind::soft},
                                {"550 the recipient is on vacation", Kind::soft},
                                {"550 mailbox filter rejected your mail", Kind::soft}};
  const std::string system =
      "Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@mx.example>\nSubject: Re: Hello\n\n";
  const std::vector<std::pair<std::string, std::string>> frames{
      // Gmail until 2016: behind a blank line and a paragraph
      {"Delivery to the following recipient failed permanently:\n\n     ann@quay.example\n\nTechnical "
       "details of permanent "
       "failure: \nIt was rejected by the server for the domain quay.example.\n\nThe error that the other "
       "server returned was:\n",
       "\n"},
      {"Failed recipient(s):\nann@quay.example\n\nError message:\n", "\n"},
      {"This is the qmail-send program.\nYour message was not delivered.\n\n<ann@quay.example>:\n192.0.2.9 "
       "does not like "
       "recipient.\nRemote host said: ",
       "\nGiving up on 192.0.2.9.\n"},
      {"   ----- The following addresses had permanent fatal errors -----\n<ann@quay.example>\n    (reason: ",
       ")\n\n   ----- Transcript of session follows -----\n>>> DATA\n<<< 554 5.0.0 Service unavailable\n"}};
  for (const auto& [before, after] : frames) {
    for (const auto& [answer, kind] : cases) {
      CAPTURE(before);
      CAPTURE(answer);
      const auto report = parse_report(system + before + answer + after);
      REQUIRE(report);
      REQUIRE(report->recipients.size() == 1);
      CHECK(report->recipients.front().address == "ann@quay.example");
      CHECK(report->recipients.front().kind == kind);
    }
  }
}

TEST_CASE("parse: \"unsuccessful delivery attempts\" are no success") {
  const auto report = parse_report(
      "From: MDaemon@mx.example\nSubject: Permanent Delivery Failure\n\nAfter one or more unsuccessful "
      "delivery attempts the "
      "message was removed.\n\nFailed address: ann@quay.example\n\n--> RCPT To:<ann@quay.example>\n<-- 550 "
      "User unknown\n");
  REQUIRE(report);
  CHECK(report->recipients.front().action == Action::failed);
  CHECK(report->recipients.front().kind == Kind::hard);
}

TEST_CASE("parse: one line of many addresses is read in time") {
  std::string line = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n";
  for (int i = 0; i < 700000; ++i) line += "a@b.example ";
  // Minutes, were the line read again for each of them: the time-out of the test would tell.
  const auto report = parse_report(line);
  CHECK((!report || report->recipients.front().address == "a@b.example"));
}

TEST_CASE("parse: deep nesting and many boundaries end without harm") {
  std::string deep = "Content-Type: multipart/mixed; boundary=b0\n\n";
  for (int i = 0; i < 5000; ++i)
    deep += "--b" + std::to_string(i) + "\nContent-Type: multipart/mixed; boundary=b" +
            std::to_string(i + 1) + "\n\n";
  CHECK_FALSE(parse_report(deep));
  std::string messages = "Content-Type: message/rfc822\n\n";
  for (int i = 0; i < 5000; ++i) messages += "Content-Type: message/rfc822\n\n";
  CHECK_FALSE(parse_report(messages));
}

}  // namespace
