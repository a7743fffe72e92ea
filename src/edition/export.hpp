// An edition in other forms, from its sealed bytes: what is exported is what readers got, whatever became of
// posts and templates since.
//
// Pictures are fetched when a form needs them inside, politely and within limits, but those that were sealed
// with the edition; what cannot be had is reported and never an error.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/digest.hpp"
#include "edition/document.hpp"
#include "edition/epub.hpp"

namespace tidings::edition {

struct OpenedEdition {
  digest::Edition edition;
  Document document;
  BookFacts facts;
};

/// `name` as find_edition(). `language`: of one of its pages; empty: the newsletter's, else the first there
/// is. Its page for everybody, or what most of its readers got if its digest has no pages.
/// Errc::not_permitted for a draft, no_input if it was never sealed or has no page in that language (the hint
/// says which it has).
[[nodiscard]] Result<OpenedEdition> open_edition(const config::Context& context, const std::string& name,
                                                 const std::string& language);

/// Facts of an edition's book in one language.
[[nodiscard]] BookFacts book_facts(const config::Config& config, const digest::Edition& edition,
                                   const std::string& language);

enum class Fetching {
  allowed,
  never,  ///< only pictures sealed with the edition, or written into its posts
};

struct GatheredPictures {
  Pictures pictures;
  std::vector<std::string> missing;  ///< "ADDRESS (why)"
};

/// The pictures of the document.
[[nodiscard]] Result<GatheredPictures> gather_pictures(const config::Config& config,
                                                       store::Database& database, const OpenedEdition& opened,
                                                       Fetching fetching);

}  // namespace tidings::edition
