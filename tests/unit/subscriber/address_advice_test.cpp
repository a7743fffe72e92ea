#include "subscriber/address_advice.hpp"

#include "subscriber/support.hpp"

using namespace tidings;
using namespace tidings::subscriber;
using namespace tidings::subscriber::test;

TEST_CASE("address_advice: slips in the domains of big services are noticed, real neighbours are not") {
  struct Case {
    std::string_view mail;
    std::string_view meant;
  };
  for (const auto& one :
       {Case{"a@gmial.com", "@gmail.com"}, Case{"a@gmai.com", "@gmail.com"},
        Case{"a@gmaill.com", "@gmail.com"}, Case{"a@gnail.com", "@gmail.com"},
        Case{"a@gmail.con", "@gmail.com"}, Case{"a@GMAIL.cm", "@gmail.com"},
        Case{"a@hotmial.com", "@hotmail.com"}, Case{"a@yaho.com", "@yahoo.com"},
        Case{"a@outlok.com", "@outlook.com"}, Case{"a@example.con", "@example.com"}, Case{"a@gmail.com", ""},
        Case{"a@mail.com", ""}, Case{"a@ymail.com", ""}, Case{"a@example.org", ""}, Case{"a@hotmail.de", ""},
        Case{"a@xn--bcher-kva.example", ""}}) {
    CAPTURE(one.mail);
    const auto advice = advice_on(address(one.mail));
    CHECK(advice.has_value() == !one.meant.empty());
    if (advice) CHECK(advice->find(one.meant) != std::string::npos);
  }
}

TEST_CASE("address_advice: roles are noticed in any case, names that begin like one are not") {
  for (const auto* const mail :
       {"info@example.org", "INFO@example.org", "no-reply@example.org", "postmaster@example.com"}) {
    CHECK(advice_on(address(mail)));
  }
  for (const auto* const mail : {"informant@example.org", "adminah@example.org", "info.lee@example.org"}) {
    CHECK_FALSE(advice_on(address(mail)));
  }
}
