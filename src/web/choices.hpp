// What a form says about digests and topics, for the sign-up and the preferences.
//
// Fields: `digest`, any number of times, and `digest-1`, `digest-2` ... for further groups of radio buttons;
// an empty value is "not at all". `field-NAME` answers an own field. `topics` is "all" or "some", and
// `topic`, any number of times, names them; a form without `topics` wants the topics that it names, or all if
// it names none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "web/form.hpp"
#include "web/service.hpp"

namespace tidings::web {

/// The digests a form names, in its spelling. `groups` is how many groups of radio buttons it may have.
[[nodiscard]] std::vector<std::string> named_digests(const Form& form, std::size_t groups);

/// The topics a form names; none is every topic. Absent: "only these" without any.
[[nodiscard]] std::optional<std::vector<std::string>> named_topics(const Form& form);

/// Chooses exactly `names` among the choices, ignoring case. False if there is no such choice.
[[nodiscard]] bool choose(std::vector<Choice>& choices, const std::vector<std::string>& names);

/// Puts what `form` answers (`field-NAME`) into `fields`. False if an answer makes no sense: its field says
/// so.
[[nodiscard]] bool fill_answers(std::vector<OwnField>& fields, const Form& form, const Service& service);

/// Name and answer of each.
[[nodiscard]] Answers answers(const std::vector<OwnField>& fields);

/// Values of the chosen ones.
[[nodiscard]] std::vector<std::string> chosen(const std::vector<Choice>& choices);

/// Chooses the zone of that name, which is added if it is not among them; empty is the newsletter's.
void choose_zone(std::vector<Choice>& zones, const std::string& name);

}  // namespace tidings::web
