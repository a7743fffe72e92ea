#include "source/encoding.hpp"

#include <doctest/doctest.h>
#include <iconv.h>

#include "base/text.hpp"

using namespace tidings;
using namespace tidings::source;

namespace {

/// The C library as the other side: what it encodes, we must read.
std::string encoded(const std::string& text, const char* encoding) {
  const auto handle = iconv_open(encoding, "UTF-8");
  REQUIRE(handle != reinterpret_cast<iconv_t>(-1));
  std::string out(text.size() * 8 + 64, '\0');
  auto input = text;
  char* in = input.data();
  std::size_t in_left = input.size();
  char* to = out.data();
  std::size_t room = out.size();
  REQUIRE(iconv(handle, &in, &in_left, &to, &room) != static_cast<std::size_t>(-1));
  iconv(handle, nullptr, nullptr, &to, &room);
  iconv_close(handle);
  out.resize(out.size() - room);
  return out;
}

std::string document(const std::string& label, const std::string& text) {
  return "<?xml version=\"1.0\" encoding=\"" + label + "\"?><rss>" + text + "</rss>";
}

}  // namespace

TEST_CASE("encoding: what the XML declaration says is believed") {
  struct Case {
    const char* label;
    const char* encoding;
    const char* text;
  };
  for (const auto& each : {Case{"koi8-r", "KOI8-R", "Привет"}, Case{"Windows-1251", "CP1251", "Привет"},
                           Case{"Shift_JIS", "CP932", "日本語①"}, Case{"euc-jp", "EUC-JP", "日本語"},
                           Case{"gb2312", "GB18030", "中文简体㐀"}, Case{"Big5", "BIG5-HKSCS", "中文"},
                           Case{"euc-kr", "UHC", "한국어"}, Case{"iso-8859-7", "ISO-8859-7", "Ελληνικά"},
                           Case{"latin1", "CP1252", "café “x” €"}, Case{"iso-8859-9", "CP1254", "İstanbul ğ"},
                           Case{"ISO-2022-JP", "ISO-2022-JP", "日本語"},
                           Case{"iso-8859-2", "ISO-8859-2", "Łódź"}, Case{"macintosh", "MACINTOSH", "café"},
                           Case{"tis-620", "CP874", "ไทย"}, Case{"ptcp154", "PT154", "Қазақ"}}) {
    CAPTURE(each.label);
    const auto want = document(each.label, each.text);
    const auto decoded = decode_bytes(encoded(want, each.encoding), "");
    CHECK(decoded.text == want);
    CHECK(decoded.encoding == each.encoding);
    CHECK(decoded.warnings.empty());
  }
}

TEST_CASE("encoding: UTF-7 is seven bits and all the same no ASCII") {
  const auto decoded =
      decode_bytes("<?xml version=\"1.0\" encoding=\"utf-7\"?><rss>+AXsA8wFC-w +ZeVnLA-</rss>", "");
  CHECK(decoded.text == document("utf-7", "Żółw 日本"));
  CHECK(decode_bytes("<?xml version=\"1.0\" encoding=\"u7\"?><rss>+AXsA8wFC-w</rss>", "").text ==
        document("u7", "Żółw"));
}

TEST_CASE("encoding: code pages of DOS, the Macintosh and mainframes are read by any of their names") {
  struct Case {
    const char* label;
    const char* encoding;
    const char* text;
  };
  for (const auto& each : {Case{"850", "CP850", "Çédille"},
                           Case{"csIBM852", "CP852", "Łódź"},
                           Case{"cp737", "CP737", "Αθήνα"},
                           Case{"IBM775", "CP775", "Ķekava"},
                           Case{"cspc862latinhebrew", "CP862", "שלום"},
                           Case{"cp_is", "CP861", "Þingvellir"},
                           Case{"windows_1251", "CP1251", "Привет"},
                           Case{"cp1125", "CP1125", "Їжак"},
                           Case{"koi8-t", "KOI8-T", "Душанбе"},
                           Case{"mac-cyrillic", "MAC-CYRILLIC", "Привет"},
                           Case{"maclatin2", "MAC-CENTRALEUROPE", "Gdańsk"},
                           Case{"ebcdic-cp-be", "CP500", "Liège [1]"},
                           Case{"cp875", "CP875", "Αθήνα"},
                           Case{"iso2022_kr", "ISO-2022-KR", "한국어"},
                           Case{"iso_8859_2", "ISO-8859-2", "Łódź"},
                           Case{"ISO_8859_5_1988", "ISO-8859-5", "Привет"},
                           Case{"iso-8859-16:2001", "ISO-8859-16", "Brașov"},
                           Case{"latin10", "ISO-8859-16", "Brașov"},
                           Case{"l7", "ISO-8859-13", "Łódź"},
                           Case{"iso_celtic", "ISO-8859-14", "Ŵyn"},
                           Case{"tis_620_2529_1", "CP874", "ไทย"},
                           Case{"ebcdic_cp_he", "CP424", "SHALOM"},
                           Case{"cp_gr", "CP869", "Αθήνα"},
                           Case{"ruscii", "CP1125", "Їжак"},
                           Case{"ibm1051", "HP-ROMAN8", "Été"},
                           Case{"mac_centeuro", "MAC-CENTRALEUROPE", "Gdańsk"},
                           Case{"sjis_2004", "SHIFT_JISX0213", "日本 ŁÓ"},
                           Case{"eucJIS2004", "EUC-JISX0213", "日本 ŁÓ"},
                           Case{"iso2022_jp_ext", "ISO-2022-JP-2", "日本"},
                           Case{"ISO-2022-JP-2004", "ISO-2022-JP-3", "日本"},
                           Case{"MSKANJI", "CP932", "日本"},
                           Case{"euccn", "GB18030", "中文"},
                           Case{"hkscs", "BIG5-HKSCS", "港口"},
                           Case{"ks_x_1001", "UHC", "한국어"}}) {
    CAPTURE(each.label);
    const auto want = document(each.label, each.text);
    CHECK(decode_bytes(encoded(want, each.encoding), "").text == want);
  }
}

TEST_CASE("encoding: what the C library lacks is read by tables of our own") {
  const auto text = [](const std::string& label, const std::string& bytes) {
    const auto decoded = decode_bytes(document(label, bytes), "").text;
    const auto start = decoded.find("<rss>") + 5;
    return decoded.substr(start, decoded.find("</rss>") - start);
  };
  CHECK(text("mac_greek", "\xB0\xF5\xDC\xEE\xE1") == "Αθήνα");
  CHECK(text("x-mac-turkish", "\xDAi\xDFli") == "Ğişli");
  CHECK(text("mac-croatian", "\xB9ibenik") == "šibenik");
  CHECK(text("mac_romanian", "Bra\xBFov") == "Brașov");
  CHECK(text("mac-arabic", "\xE5\xD1\xCD") == "مرح");
  CHECK(text("mac-farsi", "\xB1\xB2") == "۱۲");
  CHECK(text("hz-gb-2312", "a ~~ ~{VPND~} b") == "a ~ 中文 b");
  CHECK(text("HZ", "~{VP\nab ~{ND~}") == "中\nab 文");
}

TEST_CASE("encoding: a pair that means nothing does not put the rest out of step") {
  const auto text = [](std::string_view label, std::string_view bytes) {
    return decode_bytes("<?xml version=\"1.0\" encoding=\"" + std::string{label} + "\"?><t>" +
                            std::string{bytes} + "</t>",
                        "")
        .text;
  };
  CHECK(text("big5", "\xB7\xF9\xA1\xD0\xAA\xC0").find("<t>盟－社</t>") != std::string::npos);
  CHECK(text("big5", "\xB7\xF9\x88\xFE\xAA\xC0").find("<t>盟\uFFFD社</t>") != std::string::npos);
  CHECK(text("big5", "x\x88\x66").find("<t>xÊ</t>") != std::string::npos);
  CHECK(text("euc-kr", "\xC7\xD1\xFE\xFE\xB1\xDB").find("<t>한\uFFFD글</t>") != std::string::npos);
}

TEST_CASE("encoding: a label that is none is never handed to the C library") {
  for (const auto* label : {"", "//TRANSLIT", "cp", "cp12345678", "../utf-8", "no such", "cp85a"}) {
    CAPTURE(label);
    CHECK(encoding_of_label(label).empty());
  }
}

TEST_CASE("encoding: wide encodings are known by their mark or by their pattern") {
  const auto want = document("utf-16", "日本 Ωμ é 🙂");
  for (const auto* name : {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"}) {
    CAPTURE(name);
    CHECK(decode_bytes(encoded(want, name), "").text == want);
    CHECK(decode_bytes(encoded("\uFEFF" + want, name), "").text == want);
  }
  CHECK(decode_bytes("\xEF\xBB\xBF<rss/>", "text/xml; charset=koi8-r").text == "<rss/>");
}

TEST_CASE("encoding: the header counts before the document, but valid UTF-8 before both") {
  const auto cyrillic = encoded(document("iso-8859-1", "Привет"), "CP1251");
  CHECK(decode_bytes(cyrillic, "text/xml; charset=\"windows-1251\"").text.find("Привет") !=
        std::string::npos);
  CHECK(decode_bytes(document("iso-8859-1", "café"), "text/xml; charset=iso-8859-1").text.find("café") !=
        std::string::npos);
}

TEST_CASE("encoding: what is declared wrongly or not at all is mended with a warning") {
  const auto wrong = decode_bytes("<?xml version='1.0' encoding='utf-8'?><rss>caf\xE9 \x93x\x94</rss>", "");
  CHECK(wrong.text.find("café “x”") != std::string::npos);
  CHECK_FALSE(wrong.warnings.empty());
  const auto mixed = decode_bytes("<rss>Ωμέγα, Ωμέγα, caf\xE9</rss>", "");
  CHECK(mixed.text == "<rss>Ωμέγα, Ωμέγα, café</rss>");
  CHECK(decode_bytes(encoded("<rss>Новости порта и моря</rss>", "CP1251"), "").text ==
        "<rss>Новости порта и моря</rss>");
  CHECK(decode_bytes(encoded("<rss>Новости порта и моря</rss>", "KOI8-R"), "").text ==
        "<rss>Новости порта и моря</rss>");
  CHECK(decode_bytes(encoded("<rss><language>ja</language>港のニュース</rss>", "CP932"), "")
            .text.find("港のニュース") != std::string::npos);
  const auto unknown = decode_bytes(document("klingon", "a"), "");
  CHECK(unknown.text == document("klingon", "a"));
  CHECK(unknown.warnings == std::vector<std::string>{"unknown encoding \"klingon\""});
}

TEST_CASE("encoding: the fast test of clean text agrees with the cleaner") {
  std::vector<std::string> texts{"",
                                 "plain ascii text that is long enough",
                                 "tab\tand\nnewline",
                                 "cr\r\n",
                                 "\x7F",
                                 "\x01",
                                 "Ωμέγα 日本 🙂",
                                 "\xC2\x85",
                                 "\xC2\xA0",
                                 "\xEF\xBB\xBF",
                                 "\xEF\xBF\xBE",
                                 "\xEF\xB7\x90",
                                 "\xF0\x9F\xBF\xBF",
                                 "\xED\xA0\x80",
                                 "\xFF",
                                 "12345678\x80",
                                 "1234567\x1F",
                                 "\xEF\xBF\xBD"};
  for (const auto& text : texts) {
    for (const auto& padding : {"", "12345678"}) {
      const auto whole = padding + text;
      CAPTURE(whole);
      CHECK(is_clean_utf8(whole) == (clean_utf8(whole) == whole));
    }
  }
}
