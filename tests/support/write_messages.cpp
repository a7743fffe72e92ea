// Writes one signed mail for each theme, language and kind of reader into a folder, for independent judges:
//   write_messages FOLDER TEMPLATES KEYS
// FOLDER/THEME-LANGUAGE-READER.eml, each with an rsa-sha256 and an ed25519-sha256 signature, and FOLDER/keys,
// a line "NAME RECORD" for each public key. FOLDER/headers-N.eml have hard header fields; FOLDER/headers says
// what must be read from them.
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/file.hpp"
#include "message/build.hpp"
#include "message/compile.hpp"
#include "message/dkim.hpp"
#include "message/slots.hpp"
#include "message/theme.hpp"

namespace {

using namespace tidings;
using namespace tidings::message;

template <class T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  std::cerr << result.error().line() << "\n";
  std::exit(1);
}

EditionView rich_view() {
  auto view = sample_view();
  const std::vector<std::string> titles{
      "From the quay: 3 = three crossings",
      ".hidden",
      "Новости гавани: паром сохраняет зимнее расписание",
      "港の便り：フェリーは冬の時刻表を維持し、灯台は春までに塗り直されます",
      "نشرة الميناء الأسبوعية",
      "",
      "🚢 Ahoy & <welcome> \"on board\"",
      "A title that goes on and on, far beyond what anybody would call short, until it has to be folded "
      "somewhere",
      "Ελληνικά νέα"};
  for (std::size_t i = 0; i < titles.size(); ++i) {
    view.groups[i % 2].posts.push_back(
        {.title = titles[i],
         .url = fmt::format("https://news.example.org/{}?a=1&b={}", i, std::string(i * 12, 'x')),
         .source = i % 3 == 0 ? "Choir" : "Harbour Notes",
         .author = i % 2 == 0 ? "José" : "",
         .date = view.period.from + std::chrono::hours{7 * i},
         .excerpt_html =
             "<p>" + std::string(i * 90, 'y') + " &amp; <a href=\"https://example.org/\">so on</a></p>",
         .excerpt_text = std::string(i * 90, 'y') + " & so on\nFrom here\n.\n",
         .image_url = i % 4 == 1 ? "https://news.example.org/i.png" : "",
         .is_truncated = i % 2 == 1});
  }
  return view;
}

std::vector<Reader> readers() {
  const Reader base{
      .subscriber = {1},
      .address = "ada@example.org",
      .unsubscribe_url = "https://news.example.org/u/AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRob",
      .unsubscribe_mailto = "mailto:leave+aaaqeayeaudaocaj@news.example.org?subject=unsubscribe",
      .preferences_url = "https://news.example.org/p/AQIDBAUGBwgJCgsM?a=1&b=2",
      .view_url = "https://news.example.org/weekly/12",
      .envelope_from = "bounce+aaaqeayeaudaocaj@news.example.org"};
  std::vector<Reader> out;
  for (const auto* name :
       {"", "Ada Lovelace", "Мария \"Маша\" Ивановна & Ко, с очень длинным именем для одной строки",
        "O'Neill, B. <not@an.address>"}) {
    auto reader = base;
    reader.name = name;
    reader.subscriber = {static_cast<std::int64_t>(out.size()) + 1};
    out.push_back(std::move(reader));
  }
  return out;
}

/// Names, addresses and subjects that are hard to write: headers-N.eml each, and what must be read from it in
/// the file "headers".
void write_headers(const std::filesystem::path& folder, const HeaderOptions& options) {
  struct Case {
    std::string name, address, subject;
  };
  std::string very_long;
  for (int i = 0; i < 120; ++i) very_long += "Новости гавани ";
  const std::vector<Case> cases{
      {"Lovelace, Ada", "ada@example.org", std::string(300, 'x') + " and then words"},
      {"Ada \"the \\ quay\" O'Neill <x@example.org>", "ada@example.org",
       "=?utf-8?Q?not_a_word?= and =?utf-8?B?more?="},
      {"=?iso-8859-1?Q?A=E9?=", "ada@example.org", "a?=b =? c_d é =20"},
      {"(comment) [literal]: group;", "o'neill+tag@example.org", "many   blanks   between  words"},
      {"小林 港の便り フェリーは冬の時刻表を維持し、灯台は春までに塗り直されます", "post@bücher.example",
       very_long + "."},
      {"ليلى 👩‍🚀👩‍🚀 O'Hara", "post@日本語.example",
       "🚢 مرحبا Harbour, 港 и гавань: נמל — “quay” "
       "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦"},
      {"e\u0301 combining, then ascii words that go on until the line has to be folded somewhere else",
       "a@example.org", "é" + std::string(200, 'y')},
      {".", "a@example.org", "."},
      {"user@example.net", "a@example.org", "From here: to there"},
      {"Δοκιμή", "δοκιμή@παράδειγμα.example", "SMTPUTF8"},
  };
  std::string wanted;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& each = cases[i];
    const auto address = must(parse_mail_address(each.address));
    const auto message = must(build_plain({.from = options.from,
                                           .to = {.name = each.name, .address = address},
                                           .subject = each.subject,
                                           .text = "text\n",
                                           .message_id = fmt::format("<h{}@example.org>", i),
                                           .signers = options.signers},
                                          from_ms(1'768'204'800'000)));
    (void)must(write_file(folder / fmt::format("headers-{}.eml", i), message.bytes).map([] { return 0; }));
    wanted += fmt::format("headers-{}\t{}\t{}\t{}\n", i, each.name, address.text(), each.subject);
  }
  (void)must(write_file(folder / "headers", wanted).map([] { return 0; }));
}

void call_by_content_id(std::string& html) {
  constexpr std::string_view link = "src=\"https://news.example.org/ferry.jpg\"";
  for (auto at = html.find(link); at != std::string::npos; at = html.find(link))
    html.replace(at, link.size(), "src=\"cid:ferry@news.example.org\"");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 64;
  const std::filesystem::path folder{argv[1]};
  const std::filesystem::path templates{argv[2]};
  const std::filesystem::path keys{argv[3]};
  const Lookup lookup = [&](std::string_view path) -> std::optional<std::string> {
    auto text = read_file(templates / path);
    if (!text) return std::nullopt;
    return *std::move(text);
  };
  HeaderOptions options{.from = must(parse_mailbox("Häfen & Meer <news@example.org>")),
                        .reply_to = must(parse_mailbox("editor@example.org")),
                        .list = {.list_id = "weekly.news.example.org",
                                 .list_name = "Häfen & Meer: the weekly, for everybody",
                                 .feedback_id = "12:weekly:digest:tidings"},
                        .edition_key = "secret of edition 12"};
  std::string records;
  for (const auto* name : {"rsa", "ed"}) {
    const auto pem = must(read_file(keys / fmt::format("{}.pem", name)));
    options.signers.push_back(must(make_dkim_signer("example.org", name, must(SigningKey::from_pem(pem)))));
    const auto record = dkim_record(options.signers.back());
    records += fmt::format("{} {}\n", record.name, record.text);
  }
  (void)must(write_file(folder / "keys", records).map([] { return 0; }));
  const auto photo = must(read_file(keys / "../demo/images/ferry.jpg"));
  const auto zone = must(Zone::find("Europe/Athens"));
  for (const auto& theme_folder : std::filesystem::directory_iterator{templates}) {
    const auto name = theme_folder.path().filename().string();
    const auto theme = must(Theme::load({.name = name, .subject = {}, .preheader = {}}, lookup));
    for (const auto& file : std::filesystem::directory_iterator{templates / "default/strings"}) {
      const auto language = file.path().stem().string();
      const auto strings = must(Strings::load(name, language, lookup));
      options.language = strings.language();
      auto bodies = must(theme.render_bodies(rich_view(), strings, zone));
      const auto compiled = must(compile(bodies, options));
      // The third reader's mails carry their picture with them.
      for (auto& body : bodies) call_by_content_id(body.html);
      auto with_images = options;
      with_images.images = {must(make_inline_image("ferry@news.example.org", photo))};
      const auto illustrated = must(compile(bodies, with_images));
      Message message;
      for (const auto& reader : readers()) {
        (reader.subscriber.value == 3 ? illustrated : compiled)
            .write(reader, from_ms(1'768'204'800'000), message);
        (void)must(write_file(folder / fmt::format("{}-{}-{}.eml", name, language, reader.subscriber.value),
                              message.text())
                       .map([] { return 0; }));
      }
    }
  }
  write_headers(folder, options);
  const auto plain = must(build_plain({.from = options.from,
                                       .to = must(parse_mailbox("Jürgen <j@example.org>")),
                                       .subject = "Bitte bestätigen",
                                       .text = "https://news.example.org/c/x\n\n\n",
                                       .message_id = "<c1@example.org>",
                                       .signers = options.signers},
                                      from_ms(1'768'204'800'000)));
  (void)must(write_file(folder / "confirm.eml", plain.bytes).map([] { return 0; }));
  return 0;
}
