// Turns one <item> or <entry> into an Entry: RSS, RDF, Atom and their modules in one reader, because feeds
// mix their words. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/parse.hpp"
#include "source/source.hpp"
#include "source/xml_tree.hpp"

namespace tidings::source {

/// What all entries of a feed share.
struct Surroundings {
  std::string document_url;  ///< ParseOptions::base_url
  std::string site_url;      ///< the feed's own link
  std::string author;        ///< of the feed, for entries without one (RFC 4287 section 4.2.1)
  std::string language;
  Limits limits{};
  bool atom_text = false;  ///< a text construct without a type is plain, not HTML
};

/// The best date among the children of `item`, published before updated.
[[nodiscard]] std::optional<UtcTime> date_of_entry(const Node& item);

/// Reads the children of `item`; adds repairs and unreadable parts to `warnings`.
[[nodiscard]] Entry read_entry(const Node& item, const Surroundings& around,
                               std::vector<std::string>& warnings);

/// The base that xml:base sets for the content of `node` (XML Base section 4), made absolute against
/// `fallback`; empty if there is none.
[[nodiscard]] std::string declared_base(const Node& node, std::string_view fallback);

/// "en_US" as "en-us" (BCP 47).
[[nodiscard]] std::string language_tag(std::string_view text);

/// The nearest xml:lang, lower case; empty if none.
[[nodiscard]] std::string language_at(const Node& node);

/// `reference` made absolute: against xml:base, else the document (or the site, if the document came from
/// another host); as written if that is impossible.
[[nodiscard]] std::string absolute(const Node& node, std::string_view reference, const Surroundings& around);

/// A text construct as plain text, blanks collapsed.
[[nodiscard]] std::string plain_construct(const Node& node, bool atom_text);

/// A text construct as HTML; plain text keeps its paragraphs and lines, and the div of Atom's xhtml is
/// removed.
[[nodiscard]] std::string html_construct(const Node& node, bool atom_text);

/// "jane@example.org (Jane Doe)", "Jane Doe <jane@...>" or a person construct: the name, else the address.
[[nodiscard]] std::string person_of(const Node& node);

/// The links of a feed or entry, ranked by how likely they are its web page; see the table in
/// entry_reader.cpp.
class LinkChoice {
 public:
  void offer(int rank, std::string link);
  /// RSS text, or an Atom href with its rel and type.
  void offer_link_element(const Node& node, const Surroundings& around);
  [[nodiscard]] const std::string& best() const { return link_; }

 private:
  int rank_ = 1000;
  std::string link_;
};

/// Parses a date; anything else gives a warning.
[[nodiscard]] std::optional<UtcTime> date_of(const Node& node, std::vector<std::string>& warnings);

/// Whether a cut-off document left the item unfinished.
[[nodiscard]] inline bool is_unfinished(const Node& item) { return !item.closed; }

}  // namespace tidings::source
