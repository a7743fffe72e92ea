#include <doctest/doctest.h>

#include "edition/review.hpp"

using namespace tidings;
using namespace tidings::edition;

TEST_CASE(
    "draft_file: lines begin with the numbers of posts, in the order wanted; comments are passed over") {
  const auto read =
      read_draft_file("# weekly#3 \"Harbour News\"\n12 A title\n\n  7\tAnother\n# dropped: 3 Gone\n");
  REQUIRE(read);
  CHECK(*read->shown == std::vector{PostId{12}, PostId{7}});
  CHECK_FALSE(read->intro);
}

TEST_CASE("draft_file: what follows the line of dashes is the introduction, trimmed") {
  const auto read = read_draft_file(
      "1 A title\n--- introduction, in Markdown, below this line ---\n\n# Hello\n12 not a post\n\n");
  REQUIRE(read);
  CHECK(*read->shown == std::vector{PostId{1}});
  CHECK(*read->intro == "# Hello\n12 not a post");
  const auto none = read_draft_file("--- introduction ---");
  REQUIRE(none);
  CHECK(none->shown->empty());
  CHECK(none->intro->empty());
}

TEST_CASE("draft_file: a line without a number is named with its place") {
  for (const auto* const line :
       {"A title", "0 Zero", "-4 Minus", "12x Joined", "99999999999999999999 Too large"}) {
    CAPTURE(line);
    const auto read = read_draft_file(std::string{"1 Good\n"} + line + "\n");
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Errc::bad_data);
    CHECK(read.error().what.starts_with("line 2: "));
  }
}

TEST_CASE("draft_file: cut off at any byte it is read or refused") {
  const std::string whole = "# c\n12 A title\n--- introduction ---\nSome *words*\xc3\xa9\n";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto read = read_draft_file(whole.substr(0, size));
    if (!read) CHECK(read.error().code == Errc::bad_data);
  }
}
