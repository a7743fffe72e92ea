// What the world reads in a mail that a relay took: a few fields of the header, and which posts its parts
// name.
//
// A post of the world is known by its number, four digits in brackets in its title: "Ferries [0042]". Not a
// line of it is the program's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace year {

struct ReadMail {
  std::string message_id;
  std::string list_id;
  std::string subject;  ///< as it is written, unfolded
  std::string to;
  std::string list_unsubscribe;
  std::vector<int> text_posts;  ///< in their order, each as often as it is named
  std::vector<int> html_posts;
  std::string top;               ///< the first lines of the text
  std::string confirm_link;      ///< the first link to /c/
  std::string preferences_link;  ///< and to /p/
};

[[nodiscard]] ReadMail read_mail(const std::string& octets);

}  // namespace year
