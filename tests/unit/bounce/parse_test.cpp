// The corpus of our own writing, one mail a format; what each must give stands here.
#include <filesystem>
#include <string>
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

TEST_CASE("parse: cut off at any byte, a mail gives a report or none, and never a hard bounce of somebody else") {
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

TEST_CASE("parse: deep nesting and many boundaries end without harm") {
  std::string deep = "Content-Type: multipart/mixed; boundary=b0\n\n";
  for (int i = 0; i < 5000; ++i)
    deep += "--b" + std::to_string(i) + "\nContent-Type: multipart/mixed; boundary=b" + std::to_string(i + 1) + "\n\n";
  CHECK_FALSE(parse_report(deep));
  std::string messages = "Content-Type: message/rfc822\n\n";
  for (int i = 0; i < 5000; ++i) messages += "Content-Type: message/rfc822\n\n";
  CHECK_FALSE(parse_report(messages));
}

}  // namespace
