// "Please unsubscribe me": whether a person's reply says that and nothing else. Pure.
//
// Whoever is taken off by mistake has lost their newsletter, whoever is not gets an answer from the editor,
// so every doubt is a no. The writer's own words count, without what they quote and sign; they must be few. A
// sentence must consist of a wish
// ("unsubscribe me") and words that go with it ("please", "from your list"); beside it at most three words
// may stand that are not known, as of a signature. A negation, a condition or a question anywhere ends it.
// Words are known in the languages of the templates: ar, de, el, en, es, fr, it, ja, pt, ru, tr, zh.
#pragma once

#include <string>
#include <string_view>

#include "bounce/mime_reader.hpp"

namespace tidings::bounce {

/// What the writer added: the first readable part without quoted lines, the line that introduces them, and
/// the signature.
[[nodiscard]] std::string own_text(const Mail& mail);

[[nodiscard]] bool asks_to_leave(std::string_view own_text);

}  // namespace tidings::bounce
