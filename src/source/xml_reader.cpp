#include "source/xml_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "base/check.hpp"
#include "base/html_entity.hpp"
#include "base/text.hpp"
#include "source/entity_table.hpp"

namespace tidings::source {
namespace {

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(text)};
}

struct Entity {
  std::string name;
  std::string value;
  xmlEntity entity{};
};

class Reader {
 public:
  Reader(XmlTree& tree, int first_line) : tree_(tree), first_line_(first_line) {}

  XmlFault read(std::string_view text);

 private:
  static void start_element(void* self, const xmlChar* local, const xmlChar* prefix, const xmlChar* uri,
                            int namespace_count, const xmlChar** namespaces, int attribute_count, int,
                            const xmlChar** attributes);
  static void instruction(void* self, const xmlChar* target, const xmlChar*) {
    static_cast<Reader*>(self)->meet(target);
  }
  static void end_element(void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    static_cast<Reader*>(self)->tree_.end();
  }
  static void characters(void* self, const xmlChar* text, int length) {
    static_cast<Reader*>(self)->tree_.text(
        {reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)});
  }
  static xmlEntityPtr get_entity(void* self, const xmlChar* name);
  static void declare_entity(void* self, const xmlChar* name, int type, const xmlChar*, const xmlChar*,
                             xmlChar* content);
  static void on_error(void* self, xmlErrorPtr error);

  Vocabulary vocabulary(const xmlChar* prefix, const xmlChar* uri);
  xmlEntityPtr keep_entity(std::string_view name, std::string value);
  void stop(int line, int column, std::string what);
  void meet(const xmlChar* name);

  XmlTree& tree_;
  int first_line_;
  xmlParserCtxtPtr context_ = nullptr;
  XmlFault fault_;
  std::vector<Attribute> scratch_;
  // libxml2 keeps one copy of each URI in its dictionary, so the pointer can be a key.
  std::unordered_map<const xmlChar*, Vocabulary> vocabularies_;
  std::unordered_set<const xmlChar*> names_;  ///< its dictionary slows down with each
  EntityTable declared_;
  std::unordered_map<std::string, std::unique_ptr<Entity>> entities_;  ///< used ones, as libxml2 wants them
};

Vocabulary Reader::vocabulary(const xmlChar* prefix, const xmlChar* uri) {
  if (uri == nullptr) return vocabulary_of_prefix(view(prefix));
  const auto [place, added] = vocabularies_.try_emplace(uri, Vocabulary::other);
  if (added) place->second = vocabulary_of_uri(view(uri));
  return place->second;
}

void Reader::meet(const xmlChar* name) {
  constexpr std::size_t most = 10'000;
  if (names_.insert(name).second && names_.size() > most)
    stop(xmlSAX2GetLineNumber(context_), 1, "more than 10,000 different names");
}

void Reader::start_element(void* self, const xmlChar* local, const xmlChar* prefix, const xmlChar* uri,
                           int namespace_count, const xmlChar** namespaces, int attribute_count, int,
                           const xmlChar** attributes) {
  auto& reader = *static_cast<Reader*>(self);
  // libxml2 searches all open namespaces for each element: deep nesting is quadratic there, and never occurs
  // in a feed.
  if (reader.tree_.depth() >= max_tree_depth)
    reader.stop(xmlSAX2GetLineNumber(reader.context_), 1, "nested too deeply");
  constexpr int most_namespaces = 200;
  if (reader.context_->nsNr > 2 * most_namespaces)
    reader.stop(xmlSAX2GetLineNumber(reader.context_), 1, "too many namespaces");
  reader.meet(local);
  for (int i = 0; i < 2 * namespace_count; ++i) reader.meet(namespaces[i]);
  auto& list = reader.scratch_;
  list.clear();
  for (int i = 0; i < attribute_count; ++i) {
    reader.meet(attributes[static_cast<std::ptrdiff_t>(i) * 5]);
    const xmlChar** const five =
        attributes + static_cast<std::ptrdiff_t>(i) * 5;  // local, prefix, URI, value, end of value
    list.push_back(
        {.vocabulary = reader.vocabulary(five[1], five[2]),
         .name = view(five[0]),
         .value = {reinterpret_cast<const char*>(five[3]), static_cast<std::size_t>(five[4] - five[3])}});
  }
  reader.tree_.start(reader.vocabulary(prefix, uri), view(local), list);
}

xmlEntityPtr Reader::keep_entity(std::string_view name, std::string value) {
  if (const auto known = entities_.find(std::string{name}); known != entities_.end())
    return &known->second->entity;
  auto kept = std::make_unique<Entity>();
  kept->name = name;
  kept->value = std::move(value);
  auto& entity = kept->entity;
  entity.type = XML_ENTITY_DECL;
  entity.etype = XML_INTERNAL_PREDEFINED_ENTITY;  // its content is text, never parsed
  entity.name = reinterpret_cast<const xmlChar*>(kept->name.c_str());
  entity.content = reinterpret_cast<xmlChar*>(kept->value.data());
  entity.orig = entity.content;
  entity.length = static_cast<int>(kept->value.size());
  auto* const result = &entity;
  entities_.emplace(name, std::move(kept));
  return result;
}

xmlEntityPtr Reader::get_entity(void* self, const xmlChar* name) {
  auto& reader = *static_cast<Reader*>(self);
  xmlEntityPtr entity = nullptr;
  if (const auto* const value = reader.declared_.use(view(name))) {
    entity = reader.keep_entity(view(name), *value);
  } else if (auto characters = html_entity(view(name)); !characters.empty()) {
    entity = reader.keep_entity(view(name), std::move(characters));
  }
  // In attributes libxml2 takes only the first byte of a predefined entity.
  if (entity != nullptr && entity->length != 1 && reader.context_->instate == XML_PARSER_ATTRIBUTE_VALUE) {
    reader.stop(xmlSAX2GetLineNumber(reader.context_), 1, "entity in an attribute");
  }
  return entity;
}

void Reader::declare_entity(void* self, const xmlChar* name, int type, const xmlChar*, const xmlChar*,
                            xmlChar* content) {
  auto& reader = *static_cast<Reader*>(self);
  if (type == XML_INTERNAL_GENERAL_ENTITY) reader.declared_.declare(view(name), view(content));
}

void Reader::stop(int line, int column, std::string what) {
  if (fault_.line != 0) return;
  fault_ = {.line = line + first_line_ - 1, .column = column, .what = std::move(what)};
  xmlStopParser(context_);
}

void Reader::on_error(void* self, xmlErrorPtr error) {
  // Namespace errors of real feeds (undeclared prefixes) are XML_ERR_ERROR; the rest of that level is
  // validity.
  if (error == nullptr || error->level != XML_ERR_FATAL) return;
  auto& reader = *static_cast<Reader*>(self);
  std::string what =
      error->message == nullptr ? "not well-formed" : collapse_blanks(clean_utf8(error->message));
  reader.stop(error->line, error->int2, std::move(what));
}

/// libxml2 compares each attribute of a tag with all others, and its dictionary is slow with very many names:
/// such a document goes to the tolerant reader, which accepts only some of them.
bool is_beyond_libxml2(std::string_view text) {
  constexpr std::size_t longest = 16'384;
  constexpr auto most_attributes = 250;
  constexpr std::size_t most_declarations = 10'000;
  std::size_t declarations = 0;
  std::size_t end = 0;  // of the last tag: anything like a tag inside it is not one
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', std::max(at + 1, end))) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (next == '!' && at + 2 < text.size() && text[at + 2] >= 'A' && text[at + 2] <= 'Z' &&
        ++declarations > most_declarations)
      return true;
    if (next == '!' || next == '?' || next == '/') continue;
    const auto tag = text.substr(at, std::min(text.find('>', at), text.size()) - at);
    if (tag.size() > longest || std::ranges::count(tag, '=') > most_attributes) return true;
    end = at + tag.size();
  }
  return false;
}

XmlFault Reader::read(std::string_view text) {
  if (is_beyond_libxml2(text))
    return {
        .line = first_line_,
        .column = 1,
        .what =
            "a tag longer than 16 KiB or with more than 250 attributes, or more than 10,000 declarations"};
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return {.line = 1, .column = 1, .what = "too long"};
  static const bool initialised = [] {
    xmlInitParser();
    return true;
  }();
  static_cast<void>(initialised);
  context_ = xmlCreateMemoryParserCtxt(text.data(), static_cast<int>(text.size()));
  if (context_ == nullptr) return {.line = first_line_, .column = 1, .what = "empty document"};
  xmlCtxtUseOptions(context_, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_HUGE | XML_PARSE_IGNORE_ENC |
                                  XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  xmlSAXHandler handler{};
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = start_element;
  handler.endElementNs = end_element;
  handler.processingInstruction = instruction;
  handler.characters = characters;
  handler.cdataBlock = characters;
  handler.ignorableWhitespace = characters;
  handler.getEntity = get_entity;
  handler.entityDecl = declare_entity;
  handler.serror = on_error;
  *context_->sax = handler;
  context_->userData = this;
  xmlParseDocument(context_);
  if (fault_.line == 0 && context_->wellFormed == 0)
    fault_ = {.line = first_line_, .column = 1, .what = "not well-formed"};
  if (context_->myDoc != nullptr) xmlFreeDoc(context_->myDoc);
  context_->myDoc = nullptr;
  xmlFreeParserCtxt(context_);
  return fault_;
}

}  // namespace

XmlFault read_xml(std::string_view text, int first_line, XmlTree& tree) {
  return Reader{tree, first_line}.read(text);
}

}  // namespace tidings::source
