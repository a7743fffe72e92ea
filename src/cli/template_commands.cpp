// template check | render
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/subscriber_commands.hpp"
#include "config/theme_files.hpp"
#include "message/template.hpp"
#include "message/theme.hpp"
#include "message/view.hpp"

namespace tidings::cli {
namespace {

struct CheckOptions {
  std::string theme;
  bool variables = false;
};

/// Without a configuration, checks the themes built into the program.
Result<std::filesystem::path> folder_of(Session& session) {
  const auto file = config::find_config(session.config_option);
  if (!file && session.config_option.empty()) return std::filesystem::path{};
  TIDINGS_LET(const auto* const config, session.config());
  return config->folder;
}

/// Names of the configuration's own fields; none without one.
Result<std::vector<std::string>> fields_of(Session& session) {
  const auto file = config::find_config(session.config_option);
  if (!file && session.config_option.empty()) return std::vector<std::string>{};
  TIDINGS_LET(const auto* const config, session.config());
  return field_names(*config);
}

void print_variables() {
  Listing out{{"NAME", "MEANING"}};
  for (const auto& variable : message::variables()) {
    out.add({{"variable", variable.path}, {"section", variable.is_section}, {"meaning", variable.meaning}},
            {std::string{variable.path} + (variable.is_section ? " (section)" : ""),
             std::string{variable.meaning}});
  }
  out.print();
}

/// Reports mistakes in the strings of a theme; returns their number.
std::size_t check_languages(const std::filesystem::path& folder, const std::string& theme) {
  const auto lookup = config::template_lookup(folder);
  std::size_t mistakes = 0;
  for (const auto& language : config::known_languages(folder, theme)) {
    const auto report = message::check_strings(theme, language, lookup, config::embedded_lookup());
    for (const auto& line : report.mistakes) log::warning(line);
    mistakes += report.mistakes.size();
    if (!report.missing.empty()) {
      log::warning(fmt::format("{}/strings/{}.toml: {} missing, English there: {}", theme, language,
                               plural(static_cast<long long>(report.missing.size()), "word"),
                               join(report.missing, ", ")));
    }
  }
  return mistakes;
}

Result<Exit> check(Session& session, const CheckOptions& options) {
  if (options.variables) {
    print_variables();
    return Exit::done;
  }
  TIDINGS_LET(const auto folder, folder_of(session));
  const auto lookup = config::template_lookup(folder);
  TIDINGS_LET(const auto zone, Zone::find("UTC"));
  TIDINGS_LET(const auto fields, fields_of(session));
  std::size_t mistakes = 0;
  const auto themes =
      options.theme.empty() ? config::known_themes(folder) : std::vector<std::string>{options.theme};
  for (const auto& name : config::outdated_templates(folder)) {
    log::warning(fmt::format(
        "templates/{}: your copy of an earlier version; the program's own has changed since, and is used "
        "if you delete yours",
        name));
  }
  for (const auto& name : themes) mistakes += check_languages(folder, name);
  if (mistakes > 0)
    return fail(Errc::config,
                fmt::format("{} in strings", plural(static_cast<long long>(mistakes), "mistake")));
  for (const auto& name : themes) {
    TIDINGS_LET(const auto strings, message::Strings::load(name, "en", lookup));
    TIDINGS_LET(
        const auto theme,
        message::Theme::load({.name = name, .subject = {}, .preheader = {}, .fields = fields}, lookup));
    auto sample = message::sample_view();
    sample.fields = fields;
    TIDINGS_LET(const auto bodies, theme.render_bodies(sample, strings, zone));
    const auto& [html, text] = std::pair{bodies.front().html.size(), bodies.front().text.size()};
    tell({{"theme", name}, {"html_bytes", html}, {"text_bytes", text}},
         fmt::format("{}: good; sample: HTML {}, text {}\n", name,
                     format_size(static_cast<std::int64_t>(html)),
                     format_size(static_cast<std::int64_t>(text))));
  }
  if (!options.theme.empty()) {
    say("\"tidings template check --variables\" lists the variables\n");
  } else if (form() == Form::text && log::level() > log::Level::error) {
    say("\nvariables for templates:\n");
    print_variables();
  }
  return Exit::done;
}

struct RenderOptions {
  std::string file;
  std::string data;
  std::string partials;
  bool text = false;
};

Result<Exit> render(Session& /*session*/, const RenderOptions& options) {
  TIDINGS_LET(const auto source, read_file(options.file, 4 << 20));
  TIDINGS_LET(const auto data_text, read_file(options.data, 64 << 20));
  const auto data = nlohmann::json::parse(data_text, nullptr, false);
  if (data.is_discarded()) return fail(Errc::bad_data, fmt::format("{} is not JSON", options.data));
  message::TemplateOptions parsing;
  parsing.escape = options.text ? message::Escape::none : message::Escape::html;
  parsing.recursion_limit = 100;
  if (!options.partials.empty()) {
    parsing.partials = [&](std::string_view name) -> std::optional<message::PartialSource> {
      if (name.find("..") != std::string_view::npos) return std::nullopt;
      const auto path = std::filesystem::path{options.partials} / (std::string{name} + ".mustache");
      auto text = read_file(path, 4 << 20);
      if (!text) return std::nullopt;
      return message::PartialSource{.file = path.string(), .source = std::move(*text)};
    };
  }
  TIDINGS_LET(const auto parsed, message::Template::parse(options.file, source, parsing));
  TIDINGS_LET(const auto text, parsed.render(data));
  form() == Form::json ? print(json_line({{"text", text}})) : print_document(text);
  return Exit::done;
}

}  // namespace

void add_template_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "template", "themes");
  add_command<CheckOptions>(
      noun, session, "check", "check every theme strictly and render it with sample data",
      [](Command command, CheckOptions& options) {
        command.add_option("THEME", options.theme, "only this theme");
        command.add_flag("--variables", options.variables, "list the variables of templates");
      },
      check);
  add_command<RenderOptions>(
      noun, session, "render", "render one Mustache template with your data",
      [](Command command, RenderOptions& options) {
        command.add_option("FILE", options.file, "a template").required();
        command.add_option("--data", options.data, "a JSON file; \"-\" is standard input")
            .required()
            .value_name("JSON");
        command.add_option("--partials", options.partials, "folder of NAME.mustache files").value_name("DIR");
        command.add_flag("--text", options.text, "do not escape HTML");
      },
      render);
}

}  // namespace tidings::cli
