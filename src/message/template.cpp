#include "message/template.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>

#include "base/check.hpp"
#include "base/text.hpp"
#include "message/template_source.hpp"

namespace tidings::message {
namespace {

namespace mustache = kainjow::mustache;

/// kainjow's data from JSON. Numbers are strings as JSON writes them; null is an empty list: false, and
/// prints nothing.
mustache::data to_mustache(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::object: {
      mustache::data out{mustache::data::type::object};
      for (const auto& [name, item] : value.items()) out[name] = to_mustache(item);
      return out;
    }
    case nlohmann::json::value_t::array: {
      mustache::list items;
      items.reserve(value.size());
      for (const auto& item : value) items.push_back(to_mustache(item));
      return mustache::data{items};
    }
    case nlohmann::json::value_t::string: return mustache::data{value.get_ref<const std::string&>()};
    case nlohmann::json::value_t::boolean: return mustache::data{value.get<bool>()};
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
    case nlohmann::json::value_t::number_float: return mustache::data{value.dump()};
    default: return mustache::data{mustache::data::type::list};
  }
}

/// Resolves the numbered tags of a Program. Remembers the first name that was not there.
class Context final : public mustache::basic_context<std::string> {
 public:
  Context(const Program& program, const std::vector<mustache::data>& literals, const mustache::data& root)
      : program_(program), literals_(literals) {
    scopes_.push_back(&root);
  }

  void push(const mustache::data* data) override { scopes_.push_back(data); }
  void pop() override { scopes_.pop_back(); }
  const mustache::data* get_partial(const std::string& /*name*/) const override { return nullptr; }

  const mustache::data* get(const std::string& tag) const override {
    std::size_t index = 0;
    for (const char digit : std::string_view{tag}.substr(1))
      index = index * 10 + static_cast<std::size_t>(digit - '0');
    if (tag.front() == Program::literal) return &literals_[index];
    if (tag.front() == Program::too_deep) {
      too_deep_ = true;
      return nullptr;
    }
    const auto* found = find(program_.names[index].parts);
    if (found == nullptr && missing_ == nullptr) missing_ = &program_.names[index].spelling;
    // kainjow prints nothing for a bool
    if (found != nullptr && tag.front() == Program::variable && found->is_bool()) {
      return found->is_true() ? &true_ : &false_;
    }
    return found;
  }

  [[nodiscard]] const std::string* missing() const { return missing_; }
  [[nodiscard]] bool too_deep() const { return too_deep_; }

 private:
  /// The first part is looked for from the inside out; the rest must be in what was found (dotted names do
  /// not fall through).
  const mustache::data* find(const std::vector<std::string>& parts) const {
    if (parts.empty()) return scopes_.back();
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      const auto* found = (*scope)->get(parts.front());
      if (found == nullptr) continue;
      for (std::size_t i = 1; i < parts.size() && found != nullptr; ++i) found = found->get(parts[i]);
      return found;
    }
    return nullptr;
  }

  const Program& program_;
  const std::vector<mustache::data>& literals_;
  std::vector<const mustache::data*> scopes_;
  mustache::data true_{"true"};
  mustache::data false_{"false"};
  mutable const std::string* missing_ = nullptr;
  mutable bool too_deep_ = false;
};

}  // namespace

struct Template::Compiled {
  std::string file;
  bool strict = false;
  Program program;
  std::vector<mustache::data> literals;
  // kainjow's render() is not const, but writes nothing once parsing went well and there are no partials to
  // parse.
  mutable mustache::mustache engine{""};
};

Result<Template> Template::parse(std::string file, std::string_view source, const TemplateOptions& options) {
  auto compiled = std::make_unique<Compiled>();
  TIDINGS_LET(compiled->program, read_template(file, source, options));
  compiled->file = std::move(file);
  compiled->strict = options.known != nullptr;
  for (const auto& literal : compiled->program.literals) compiled->literals.emplace_back(literal);
  compiled->engine = mustache::mustache{compiled->program.source};
  if (!compiled->engine.is_valid()) {
    return fail(Errc::bug, fmt::format("{}: {}", compiled->file, compiled->engine.error_message()));
  }
  const bool html = options.escape == Escape::html;
  compiled->engine.set_custom_escape(
      [html](const std::string& text) { return html ? escape_html(text) : text; });
  return Template{std::move(compiled)};
}

Result<std::string> Template::render(const nlohmann::json& data) const {
  const auto root = to_mustache(data);
  Context context{compiled_->program, compiled_->literals, root};
  auto out = compiled_->engine.render(static_cast<mustache::basic_context<std::string>&>(context));
  if (context.too_deep()) {
    return fail(Errc::config,
                fmt::format("{}: the data nests deeper than a partial may recurse", compiled_->file));
  }
  if (compiled_->strict && context.missing() != nullptr) {
    return fail(Errc::config, fmt::format("{}: no value for \"{}\"", compiled_->file, *context.missing()));
  }
  // The first literal keeps kainjow from taking a result of blanks for a standalone line.
  TIDINGS_CHECK(out.starts_with(Program::guard));
  out.erase(0, 1);
  return out;
}

bool Template::uses(std::string_view name) const {
  for (const auto& known : compiled_->program.names) {
    if (known.spelling == name) return true;
  }
  return false;
}

Template::Template(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

}  // namespace tidings::message
