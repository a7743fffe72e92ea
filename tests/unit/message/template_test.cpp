#include "message/template.hpp"

#include <map>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/random.hpp"

using namespace tidings;
using namespace tidings::message;
using nlohmann::json;

namespace {

using Sources = std::map<std::string, std::string, std::less<>>;

TemplateOptions lenient(const Sources& sources, Escape escape = Escape::html) {
  return {.escape = escape,
          .partials = [&sources](std::string_view name) -> std::optional<PartialSource> {
            const auto it = sources.find(name);
            if (it == sources.end()) return std::nullopt;
            return PartialSource{.file = it->first + ".mustache", .source = it->second};
          },
          .recursion_limit = 10};
}

std::string rendered(std::string_view source, const json& data, const Sources& sources = {}) {
  const auto parsed = Template::parse("t", source, lenient(sources));
  if (!parsed) return "error: " + parsed.error().line();
  const auto out = parsed->render(data);
  return out ? *out : "error: " + out.error().line();
}

std::string strict_error(std::string_view source, const json& known, const Sources& sources = {},
                         Escape escape = Escape::html) {
  auto options = lenient(sources, escape);
  options.known = &known;
  options.recursion_limit = 0;
  const auto parsed = Template::parse("t", source, options);
  return parsed ? "" : parsed.error().line();
}

struct Case {
  const char* source;
  json data;
  const char* want;
  Sources partials = {};
};

void check_all(const std::vector<Case>& cases) {
  for (const auto& [source, data, want, partials] : cases) {
    CAPTURE(source);
    CAPTURE(data.dump());
    CHECK(rendered(source, data, partials) == want);
  }
}

}  // namespace

TEST_CASE("template: comments vanish, with their line when they stand alone on it") {
  check_all({
      {"a{{! b }}c", {}, "ac"},
      {"a{{!\n b\n c }}d\n", {}, "ad\n"},
      {"a\n{{! b }}\nc", {}, "a\nc"},
      {"a\n  {{! b }}  \nc", {}, "a\nc"},
      {"a\r\n{{! b }}\r\nc", {}, "a\r\nc"},
      {"  {{! b }}\nc", {}, "c"},
      {"a\n  {{! b }}", {}, "a\n"},
      {"a\n{{!\nb\n}}\nc", {}, "a\nc"},
      {"a\n  {{!\n  b\n  }}\nc", {}, "a\nc"},
      {"  a {{! b }}\n", {}, "  a \n"},
      {"a {{! b }} c", {}, "a  c"},
      {"{{! x }}: {{! y }}!", {{"x", 1}}, ": !"},
      {"{{!}}a{{! }}{{!! }}", {}, "a"},
  });
}

TEST_CASE("template: delimiters change for the rest of their own source only") {
  check_all({
      {"{{=<% %>=}}(<%a%>)", {{"a", "x"}}, "(x)"},
      {"({{=[ ]=}}[a])", {{"a", "x"}}, "(x)"},
      {"{{#s}}{{a}}|a|{{/s}}{{= | | =}}|#s|{{a}}|a||/s|", {{"s", true}, {"a", "x"}}, "x|a|{{a}}x"},
      {"{{^s}}{{a}}{{/s}}{{= | | =}}|^s||a||/s|", {{"s", false}, {"a", "x"}}, "xx"},
      {"{{>p}}{{= | | =}}|>p|", {{"a", "x"}}, ".x..x.", {{"p", ".{{a}}."}}},
      {"{{>p}}.{{a}}.|a|.", {{"a", "x"}}, ".x..x.|a|.", {{"p", "{{= | | =}}.|a|."}}},
      {"| {{=@ @=}} |", {}, "|  |"},
      {" | {{=@ @=}}\n", {}, " | \n"},
      {"a\n{{=@ @=}}\nb", {}, "a\nb"},
      {"a\n  {{=@ @=}}\nb", {}, "a\nb"},
      {"|\r\n{{= @ @ =}}\r\n|", {}, "|\r\n|"},
      {"  {{=@ @=}}\n=", {}, "="},
      {"=\n  {{=@ @=}}", {}, "=\n"},
      {"|{{= @   @ =}}|", {}, "||"},
      {"{{=<% %>=}}<%{a}%> <%&a%> <%a%>", {{"a", "<"}}, "< < &lt;"},
      {"{{=a b=}}axb {{x}} ", {{"x", "1"}}, "1 {{x}} "},
  });
}

TEST_CASE(
    "template: values are escaped once, written as JSON writes numbers, and never read again as a template") {
  check_all({
      {"no tags {here}\n", {}, "no tags {here}\n"},
      {"{{a}}", {{"a", R"(& " < > ')"}}, "&amp; &quot; &lt; &gt; &#39;"},
      {"{{{a}}}{{&a}}{{& a }}{{{ a }}}", {{"a", "<&>"}}, "<&><&><&><&>"},
      {"{{a}} {{{a}}} {{&a}}", {{"a", 85}}, "85 85 85"},
      {"{{a}} {{{a}}}", {{"a", 1.21}}, "1.21 1.21"},
      {"[{{a}}{{{a}}}{{&a}}]", {{"a", nullptr}}, "[]"},
      {"[{{a}}{{{a}}}{{&a}}]", json::object(), "[]"},
      {"{{a}}{{b}}", {{"a", true}, {"b", false}}, "truefalse"},
      {"{{a.b}} {{{a.b}}} {{&a.b}}", {{"a", {{"b", "<"}}}}, "&lt; < <"},
      {"{{a.b.c.d.e.n}}", {{"a", {{"b", {{"c", {{"d", {{"e", {{"n", "x"}}}}}}}}}}}}, "x"},
      {"[{{a.b.c}}]", {{"a", json::object()}}, "[]"},
      {"[{{a.b.c.n}}]", {{"a", {{"b", json::object()}}}, {"c", {{"n", "x"}}}}, "[]"},
      {"{{#a}}{{b.c.n}}{{/a}}",
       {{"a", {{"b", {{"c", {{"n", "in"}}}}}}}, {"b", {{"c", {{"n", "out"}}}}}},
       "in"},
      {"{{#a}}[{{b.c}}]{{/a}}", {{"a", {{"b", json::object()}}}, {"b", {{"c", "wrong"}}}}, "[]"},
      {"{{#a}}[{{a.b}}]{{/a}}", {{"a", {{"a", json::object()}, {"b", "wrong"}}}}, "[]"},
      {"[{{a.b}}]", {{"a.b", "one key"}}, "[]"},
      {"[{{a.b}}]", {{"a.b", "one key"}, {"a", {{"b", "two"}}}}, "[two]"},
      {"{{.}} {{{.}}} {{&.}}", "<", "&lt; < <"},
      {"{{.}} km", 85, "85 km"},
      {"| {{a}} |{{{a}}}| {{&a}} |", {{"a", "x"}}, "| x |x| x |"},
      {"  {{a}}\n{{{a}}}\n  {{&a}}\n", {{"a", "x"}}, "  x\nx\n  x\n"},
      {"|{{ a }}|{{{ a }}}|{{& a }}|", {{"a", "x"}}, "|x|x|x|"},
      {"{{a}}", {{"a", "{{b}} {{#c}}"}, {"b", "wrong"}}, "{{b}} {{#c}}"},
      {"{{{a}}}}", {{"a", "x"}}, "x}"},
      {"", {}, ""},
      {" \n\t", {}, " \n\t"},
      {"{{a}}", {{"a", "  "}}, "  "},
      {"{{#a}} {{/a}}", {{"a", true}}, " "},
  });
}

TEST_CASE("template: sections show what is true, once for each element of a list") {
  const json people{{"list", json::array({{{"n", 1}}, {{"n", 2}}, {{"n", 3}}})}};
  check_all({
      {"{{#a}}yes{{/a}}", {{"a", true}}, "yes"},
      {"{{#a}}yes{{/a}}", {{"a", false}}, ""},
      {"{{#a}}yes{{/a}}", {{"a", nullptr}}, ""},
      {"{{#a}}yes{{/a}}", json::object(), ""},
      {"{{#a}}{{n}}{{/a}}", {{"a", {{"n", "x"}}}}, "x"},
      {"{{#a}}{{n}}{{m}}{{/a}}", {{"a", {{"n", "in"}}}, {"n", "out"}, {"m", "+"}}, "in+"},
      {"{{#a}}{{a}} is bad{{/a}}", {{"a", "x"}}, "x is bad"},
      {"{{#a}}{{.}} or {{a}}{{/a}}", {{"a", "x"}}, "x or x"},
      {"{{#a}}yes{{/a}}", {{"a", "a string is no list"}}, "yes"},
      {"{{#s}}{{o.n}}{{n}}{{/s}}",
       {{"s", {{"n", "in"}}}, {"n", "out"}, {"o", {{"n", "other "}}}},
       "other in"},
      {"{{#l}}{{#m}}{{t.n}}{{k}}{{#z}}{{t.n}}{{k}}{{v}}{{/z}}.{{/m}}{{/l}}",
       {{"l", json::array(
                  {{{"t", {{"n", "T"}}},
                    {"m", json::array({{{"k", 1}, {"z", json::array({{{"v", "x"}}, {{"v", "y"}}})}}})}}})}},
       "T1T1xT1y."},
      {"{{#list}}{{n}}{{/list}}", people, "123"},
      {"{{#list}}yes{{/list}}", {{"list", json::array()}}, ""},
      {"{{#b}}\n* one\n{{/b}}\n* two\n{{#b}}\n* three\n{{/b}}\n", {{"b", true}}, "* one\n* two\n* three\n"},
      {"|A {{#b}}B {{#b}}C{{/b}} D{{/b}} E|", {{"b", true}}, "|A B C D E|"},
      {"|A {{#b}}B {{#b}}C{{/b}} D{{/b}} E|", {{"b", false}}, "|A  E|"},
      {"{{#l}}({{.}}){{/l}}", {{"l", {"a", "<"}}}, "(a)(&lt;)"},
      {"{{#l}}({{{.}}}{{&.}}){{/l}}", {{"l", {"<", "&"}}}, "(<<)(&&)"},
      {"{{#l}}({{.}}){{/l}}", {{"l", {1, 2, 3}}}, "(1)(2)(3)"},
      {"{{#l}}({{.}}){{/l}}", {{"l", {1.5, 2.25}}}, "(1.5)(2.25)"},
      {"{{#l}}({{#.}}{{.}}{{/.}}){{/l}}", {{"l", {{1, 2}, {"a", "b"}}}}, "(12)(ab)"},
      {"{{#.}}({{v}}){{/.}}", json::array({{{"v", "a"}}, {{"v", "b"}}}), "(a)(b)"},
      {"{{#a.b.c}}here{{/a.b.c}}", {{"a", {{"b", {{"c", true}}}}}}, "here"},
      {"[{{#a.b.c}}here{{/a.b.c}}]", {{"a", {{"b", {{"c", false}}}}}}, "[]"},
      {"[{{#a.b.c}}here{{/a.b.c}}]", {{"a", json::object()}}, "[]"},
      {" | {{#b}}\t|\t{{/b}} | \n", {{"b", true}}, " | \t|\t | \n"},
      {" | {{#b}} {{! x }}\n {{/b}} | \n", {{"b", true}}, " |  \n  | \n"},
      {" {{#b}}YES{{/b}}\n {{#b}}GOOD{{/b}}\n", {{"b", true}}, " YES\n GOOD\n"},
      {"| This\n{{#b}}\n| Is\n{{/b}}\n| A\n", {{"b", true}}, "| This\n| Is\n| A\n"},
      {"| This\n  {{#b}}\n| Is\n  {{/b}}\n| A\n", {{"b", true}}, "| This\n| Is\n| A\n"},
      {"|\r\n{{#b}}\r\n{{/b}}\r\n|", {{"b", true}}, "|\r\n|"},
      {"  {{#b}}\n#{{/b}}\n/", {{"b", true}}, "#\n/"},
      {"#{{#b}}\n/\n  {{/b}}", {{"b", true}}, "#\n/\n"},
      {"|{{# b }}={{/ b }}|", {{"b", true}}, "|=|"},
      {"{{#a}}{{one}}{{#b}}{{one}}{{two}}{{#c}}{{one}}{{two}}{{three}}{{/c}}{{/b}}{{/a}}",
       {{"a", {{"one", 1}}}, {"b", {{"two", 2}}}, {"c", {{"three", 3}}}},
       "112123"},
      {"{{#c}}\n{{#d}}\n{{three}}{{four}}\n{{#five}}\n{{three}}{{.}}{{five}}\n{{/five}}\n{{/"
       "d}}\n{{three}}\n{{/c}}\n",
       {{"c", {{"three", 3}, {"d", {{"four", 4}, {"five", 5}}}}}},
       "34\n355\n3\n"},
      {"{{#a}}\n{{#b}}\n{{/b}}\n{{/a}}\n", {{"a", true}, {"b", true}}, ""},
      // an empty value does not make its line stand alone
      {"x\n{{#a}}{{b}}{{/a}}\ny\n", {{"a", true}, {"b", ""}}, "x\n\ny\n"},
  });
}

TEST_CASE("template: inverted sections show what is false, missing or empty") {
  check_all({
      {"{{^a}}no{{/a}}", {{"a", false}}, "no"},
      {"{{^a}}no{{/a}}", {{"a", true}}, ""},
      {"{{^a}}no{{/a}}", {{"a", nullptr}}, "no"},
      {"{{^a}}no{{/a}}", json::object(), "no"},
      {"{{^a}}no{{/a}}", {{"a", {{"n", 1}}}}, ""},
      {"{{^a}}no{{/a}}", {{"a", json::array({1})}}, ""},
      {"{{^a}}no{{/a}}", {{"a", json::array()}}, "no"},
      {"{{^b}}\n* one\n{{/b}}\n* two\n{{^b}}\n* three\n{{/b}}\n", {{"b", false}}, "* one\n* two\n* three\n"},
      {"|A {{^b}}B {{^b}}C{{/b}} D{{/b}} E|", {{"b", false}}, "|A B C D E|"},
      {"|A {{^b}}B {{^b}}C{{/b}} D{{/b}} E|", {{"b", true}}, "|A  E|"},
      {"[{{^a.b.c}}no{{/a.b.c}}]", {{"a", {{"b", {{"c", true}}}}}}, "[]"},
      {"[{{^a.b.c}}no{{/a.b.c}}]", {{"a", {{"b", {{"c", false}}}}}}, "[no]"},
      {"[{{^a.b.c}}no{{/a.b.c}}]", {{"a", json::object()}}, "[no]"},
      {" | {{^b}}\t|\t{{/b}} | \n", {{"b", false}}, " | \t|\t | \n"},
      {" | {{^b}} {{! x }}\n {{/b}} | \n", {{"b", false}}, " |  \n  | \n"},
      {" {{^b}}NO{{/b}}\n {{^b}}WAY{{/b}}\n", {{"b", false}}, " NO\n WAY\n"},
      {"| This\n  {{^b}}\n| Is\n  {{/b}}\n| A\n", {{"b", false}}, "| This\n| Is\n| A\n"},
      {"|\r\n{{^b}}\r\n{{/b}}\r\n|", {{"b", false}}, "|\r\n|"},
      {"  {{^b}}\n^{{/b}}\n/", {{"b", false}}, "^\n/"},
      {"^{{^b}}\n/\n  {{/b}}", {{"b", false}}, "^\n/\n"},
      {"|{{^ b }}={{/ b }}|", {{"b", false}}, "|=|"},
  });
}

TEST_CASE("template: partials see the context and take over the indentation of their line") {
  check_all({
      {"\"{{>p}}\"", {}, "\"from partial\"", {{"p", "from partial"}}},
      {"\"{{>p}}\"", {}, "\"\""},
      {"{{>p}}", {{"a", "x"}}, "*x*", {{"p", "*{{a}}*"}}},
      {"{{>node}}",
       {{"c", "X"}, {"nodes", json::array({{{"c", "Y"}, {"nodes", json::array()}}})}},
       "X<Y<>>",
       {{"node", "{{c}}<{{#nodes}}{{>node}}{{/nodes}}>"}}},
      {"{{>outer}}",
       {{"a", "hello"}, {"b", "world"}},
       "*hello world!*",
       {{"outer", "*{{a}} {{>inner}}*"}, {"inner", "{{b}}!"}}},
      {"| {{>p}} |", {}, "| \t|\t |", {{"p", "\t|\t"}}},
      {"  {{d}}  {{> p}}\n", {{"d", "|"}}, "  |  >\n>\n", {{"p", ">\n>"}}},
      {"|\r\n{{>p}}\r\n|", {}, "|\r\n>|", {{"p", ">"}}},
      {"  {{>p}}\n>", {}, "  >\n  >>", {{"p", ">\n>"}}},
      {">\n  {{>p}}", {}, ">\n  >\n  >", {{"p", ">\n>"}}},
      {"\\\n {{>p}}\n/\n", {{"c", "<\n->"}}, "\\\n |\n <\n->\n |\n/\n", {{"p", "|\n{{{c}}}\n|\n"}}},
      {"\\\n {{>p}}\n/\n", {{"c", "<\n->"}}, "\\\n |\n a<\n->b\n |\n/\n", {{"p", "|\na{{{c}}}b\n|\n"}}},
      {"|{{> p }}|", {{"b", true}}, "|[]|", {{"p", "[]"}}},
      {"a\n\t{{>p}}\nb", {}, "a\n\tx\n\n\ty\nb", {{"p", "x\n\ny\n"}}},
      {"{{#l}}\n  {{>p}}\n{{/l}}\n", {{"l", {1, 2}}}, "  1\n  2\n", {{"p", "{{.}}\n"}}},
      {" {{>p}}\n", {{"s", true}}, " a\n  b\n", {{"p", "{{#s}}\na\n {{>q}}\n{{/s}}\n"}, {"q", "b\n"}}},
  });
}

TEST_CASE("template: text is not escaped where the part is plain text") {
  const Sources none;
  const auto parsed = Template::parse("t", "{{a}} {{{a}}}", lenient(none, Escape::none));
  CHECK(parsed->render({{"a", "<&'\">"}}).value() == "<&'\"> <&'\">");
}

TEST_CASE("template: mistakes in a template are told with file, line and column") {
  struct Mistake {
    const char* source;
    const char* want;
  };
  const json known{{"title", "x"},
                   {"has_title", true},
                   {"body_html", "x"},
                   {"t", {{"read_more", "x"}}},
                   {"posts", json::array({{{"url", "x"}, {"has_url", true}}})}};
  const std::vector<Mistake> mistakes{
      {"a\n {{titel}}", "t:2:2: unknown name \"titel\" (did you mean \"title\"?)"},
      {"{{t.read_mor}}", "t:1:1: unknown name \"t.read_mor\" (did you mean \"t.read_more\"?)"},
      {"{{#posts}}{{urll}}{{/posts}}", "t:1:11: unknown name \"urll\" (did you mean \"url\"?)"},
      {"{{^posts}}{{url}}{{/posts}}", "t:1:11: unknown name \"url\""},
      {"{{url}}", "t:1:1: unknown name \"url\""},
      {"a {{#posts}}", "t:1:3: the section \"posts\" is not closed"},
      {"a {{/posts}}", "t:1:3: no section \"posts\" is open here"},
      {"{{#posts}}{{#has_title}}{{/posts}}", "t:1:25: \"posts\" is closed while \"has_title\" is open"},
      {"é{{title", "t:1:3: this tag is not closed by \"}}\""},
      {"{{{title}}", "t:1:1: this tag is not closed by \"}}}\""},
      {"{{}}", "t:1:1: this tag has no name"},
      {"{{#}}x{{/}}", "t:1:1: this tag has no name"},
      {"{{read more}}", "t:1:1: a name cannot have blanks: \"read more\""},
      {"{{{title}}}",
       "t:1:1: \"title\" must be escaped: only names that end in _html hold HTML (write {{title}})"},
      {"{{&title}}",
       "t:1:1: \"title\" must be escaped: only names that end in _html hold HTML (write {{title}})"},
      {"{{has_title}}", "t:1:1: \"has_title\" is a section, not a value ({{#has_title}} ... {{/has_title}})"},
      {"{{#title}}{{/title}}", "t:1:1: \"title\" is a value, not a section (did you mean \"has_title\"?)"},
      {"{{> nothing}}", "t:1:1: there is no partial \"nothing\""},
      {"{{> self}}", "self.mustache:1:2: the partial \"self\" contains itself"},
      {"{{> ping}}", "pong.mustache:1:1: the partial \"ping\" contains itself"},
      {"x\n  {{> wrong}}\n", "wrong.mustache:2:3: unknown name \"titel\" (did you mean \"title\"?)"},
      {"{{> open}}{{/posts}}", "open.mustache:1:1: the section \"posts\" is not closed"},
      {"{{=x=}}", "t:1:1: delimiters are two words without \"=\" or blanks (for example {{=<% %>=}})"},
  };
  const Sources sources{{"self", "a{{> self}}"},
                        {"ping", "{{> pong}}"},
                        {"pong", "{{> ping}}"},
                        {"wrong", "a\nb {{titel}}"},
                        {"open", "{{#posts}}"}};
  for (const auto& [source, want] : mistakes) {
    CAPTURE(source);
    CHECK(strict_error(source, known, sources) == want);
  }
  CHECK(strict_error("{{title}}{{{body_html}}}{{#has_title}}{{#posts}}{{url}}{{title}}{{/posts}}{{/"
                     "has_title}}{{t.read_more}}",
                     known)
            .empty());
  CHECK(strict_error("{{{title}}}", known, {}, Escape::none).empty());
}

TEST_CASE("template: strict data must have every name that is met") {
  const json known{{"title", "x"}, {"has_title", true}};
  TemplateOptions options{.known = &known};
  const auto parsed = Template::parse("t", "{{#has_title}}{{title}}{{/has_title}}", options);
  REQUIRE(parsed);
  CHECK(parsed->render({{"has_title", true}}).error().line() == "t: no value for \"title\"");
  CHECK(parsed->render({{"has_title", false}}).value().empty());
  CHECK(parsed->uses("title"));
  CHECK_FALSE(parsed->uses("titel"));
}

TEST_CASE("template: what is nested without end is refused") {
  std::string sections;
  for (int i = 0; i < 10'000; ++i) sections += "{{#a}}";
  CHECK(rendered(sections, json::object()).starts_with("error: t:1:601: sections are nested too deeply"));
  CHECK(rendered("{{>p}}", {{"a", true}}, {{"p", "{{#a}}{{>p}}{{/a}}"}}) ==
        "error: t: the data nests deeper than a partial may recurse");
  CHECK(rendered("{{>p}}", {{"a", true}}, {{"p", "{{>p}}{{>p}}{{>p}}{{>p}}{{>p}}{{>p}}{{>p}}{{>p}}{{>p}}"}})
            .find("is too large") != std::string::npos);
}

TEST_CASE("template: random sources are answered with a rendering or an error, never worse") {
  SeededRandom random{3};
  const std::vector<std::string> words{"{{", "}}",   "{{{", "}}}",   "#",          "/",   "^",
                                       ">",  "!",    "=",   "&",     "a",          "b.c", " ",
                                       "\n", "\r\n", ".",   "<% %>", "{{=<% %>=}}"};
  const json data{{"a", true}, {"b", {{"c", json::array({1, 2})}}}};
  for (int round = 0; round < 4000; ++round) {
    std::string source;
    for (auto left = random.below(14); left > 0; --left) source += words[random.below(words.size())];
    const auto out = rendered(source, data, {{"a", "{{a}}{{>a}}"}});
    CHECK((out.starts_with("error: ") || out.find('\x01') == std::string::npos));
  }
}

TEST_CASE("template: one template renders in several threads at once") {
  const Sources none;
  const auto parsed = Template::parse("t", "{{#l}}\n* {{a}} {{.}}\n{{/l}}\n", lenient(none));
  REQUIRE(parsed);
  std::vector<std::string> results(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < results.size(); ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < 50; ++n)
          results[i] = parsed->render({{"a", i}, {"l", {1, 2}}}).value_or("failed");
      });
    }
  }
  for (std::size_t i = 0; i < results.size(); ++i) CHECK(results[i] == fmt::format("* {0} 1\n* {0} 2\n", i));
}
