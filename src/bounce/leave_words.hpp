// "Please unsubscribe me": whether a person's reply says that and nothing else. Pure.
//
// A person removed by mistake loses the newsletter; one who is not removed gets an answer from the editor. So
// every doubt means no. Only the writer's own words count, without quotes and signature, and they must be
// few. A sentence must consist of a wish ("unsubscribe me") and words that go with it ("please", "from your
// list"); at most three other words may occur, as in a signature. A negation, condition or question anywhere
// means no. Knows the twenty languages of the templates: ar, de, el, en, es, fa, fr, he, it, ja, ko, nl, pl,
// pt, ru, sv, tr, uk, zh, zh-hant.
#pragma once

#include <string>
#include <string_view>

#include "bounce/mime_reader.hpp"

namespace tidings::bounce {

/// The writer's own text: the first readable part without quoted lines, the line that introduces them, and
/// the signature.
[[nodiscard]] std::string own_text(const Mail& mail);

[[nodiscard]] bool asks_to_leave(std::string_view own_text);

}  // namespace tidings::bounce
