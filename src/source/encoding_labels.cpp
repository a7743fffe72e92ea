// The labels of the WHATWG Encoding standard, section 4.2, each with the C library's name of the encoding;
// then the names from IANA and the code pages of DOS, the Macintosh and mainframes, which no browser knows
// but old feeds declare.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "source/encoding.hpp"

namespace tidings::source {
namespace {

struct Encoding {
  std::string_view name;
  std::string_view labels;  ///< lower case, each between blanks
};

constexpr std::array<Encoding, 41> encodings{{
    {"UTF-8", " unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8 us-utf-8 "},
    {"CP866", " 866 cp866 csibm866 ibm866 "},
    {"ISO-8859-2",
     " csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2 "},
    {"ISO-8859-3",
     " csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3 "},
    {"ISO-8859-4",
     " csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4 "},
    {"ISO-8859-5",
     " csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 "},
    {"ISO-8859-6",
     " arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
     "iso-8859-6-i iso-ir-127 "
     "iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 "},
    {"ISO-8859-7",
     " csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
     "iso_8859-7:1987 "
     "sun_eu_greek "},
    {"ISO-8859-8",
     " csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
     "iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical "},
    {"ISO-8859-10", " csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6 "},
    {"ISO-8859-13", " iso-8859-13 iso8859-13 iso885913 "},
    {"ISO-8859-14", " iso-8859-14 iso8859-14 iso885914 "},
    {"ISO-8859-15", " csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 latin9 latin-9 "},
    {"ISO-8859-16", " iso-8859-16 iso8859-16 iso885916 "},
    {"KOI8-R", " cskoi8r koi koi8 koi8-r koi8_r "},
    {"KOI8-U", " koi8-ru koi8-u "},
    {"MACINTOSH", " csmacintosh mac macintosh x-mac-roman mac-roman macroman "},
    {"CP874", " dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874 "},
    {"CP1250", " cp1250 windows-1250 x-cp1250 "},
    {"CP1251", " cp1251 windows-1251 x-cp1251 win-1251 "},
    {"CP1252",
     " ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 "
     "iso_8859-1 "
     "iso_8859-1:1987 l1 latin1 latin-1 us-ascii windows-1252 x-cp1252 "},
    {"CP1253", " cp1253 windows-1253 x-cp1253 "},
    {"CP1254",
     " cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 "
     "windows-1254 "
     "x-cp1254 "},
    {"CP1255", " cp1255 windows-1255 x-cp1255 "},
    {"CP1256", " cp1256 windows-1256 x-cp1256 "},
    {"CP1257", " cp1257 windows-1257 x-cp1257 "},
    {"CP1258", " cp1258 windows-1258 x-cp1258 "},
    {"MAC-CYRILLIC", " x-mac-cyrillic x-mac-ukrainian "},
    {"GB18030",
     " chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030 cp936 "},
    {"BIG5-HKSCS", " big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950 "},
    {"EUC-JP", " cseucpkdfmtjapanese euc-jp x-euc-jp eucjp u-jis ujis "},
    {"ISO-2022-JP", " csiso2022jp iso-2022-jp iso2022-jp iso2022jp "},
    {"CP932", " csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis cp932 "},
    {"UHC",
     " cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
     "windows-949 cp949 "},
    {"UTF-16BE", " unicodefffe utf-16be "},
    {"UTF-16LE", " csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le u16 utf16 "},
    {"UTF-32BE", " utf-32be "},
    {"UTF-32LE", " utf-32 utf-32le ucs-4 iso-10646-ucs-4 "},
    {"CP437", " cp437 ibm437 "},
    {"CP850", " cp850 ibm850 "},
    {"CP037", " ebcdic-cp-us cp037 ibm037 "},
}};

/// Looked up as squeezed() leaves it. Code pages are found by their number.
constexpr std::array<Encoding, 39> old_encodings{{
    {"CP861", " cpis "},
    {"CP869", " cpgr "},
    {"CP775", " cspc775baltic "},
    {"CP850", " cspc850multilingual "},
    {"CP862", " cspc862latinhebrew "},
    {"CP437", " cspc8codepage437 "},
    {"CP852", " cspcp852 "},
    {"CP1125", " cp866u ruscii "},
    {"CP500", " ebcdiccpbe ebcdiccpch "},
    {"CP037", " ebcdiccpca ebcdiccpnl ebcdiccpus ebcdiccpwt ibm039 "},
    {"CP424", " ebcdiccphe "},
    {"CP874", " thai isoir166 tis620 tis6200 tis62025290 tis62025291 tis62025330 "},
    {"CP1252", " 8859 iso8859 latin "},
    {"ISO-8859-13", " l7 latin7 "},
    {"ISO-8859-14", " isoceltic isoir199 l8 latin8 "},
    {"ISO-8859-16", " isoir226 l10 latin10 "},
    {"KOI8-T", " koi8t "},
    {"MACINTOSH", " xmacroman "},
    {"MAC-CYRILLIC", " maccyrillic xmaccyrillic macukrainian "},
    {"MAC-CENTRALEUROPE", " maccentraleurope maccenteuro maclatin2 xmacce "},
    {"MAC-IS", " maciceland xmacicelandic "},
    {"MAC-ARABIC", " macarabic xmacarabic "},
    {"MAC-CROATIAN", " maccroatian xmaccroatian "},
    {"MAC-FARSI", " macfarsi xmacfarsi "},
    {"MAC-GREEK", " macgreek xmacgreek "},
    {"MAC-ROMANIAN", " macromanian macromania xmacromanian "},
    {"MAC-TURKISH", " macturkish xmacturkish "},
    {"JOHAB", " johab cp1361 ms1361 "},
    {"UHC", " ms949 uhc ksc5601 ksx1001 ksc56011987 xmackorean "},
    {"RK1048", " kz1048 rk1048 strk10482002 "},
    {"HP-ROMAN8", " hproman8 roman8 r8 cp1051 ibm1051 "},
    {"PT154", " ptcp154 csptcp154 pt154 cp154 cyrillicasian "},
    {"UTF-7", " utf7 u7 csutf7 unicode11utf7 "},
    {"ISO-2022-KR", " iso2022kr csiso2022kr "},
    {"ISO-2022-JP-2", " iso2022jp1 iso2022jp2 iso2022jpext csiso2022jp2 "},
    {"ISO-2022-JP-3", " iso2022jp3 iso2022jp2004 "},
    {"SHIFT_JISX0213", " shiftjisx0213 sjisx0213 shiftjis2004 sjis2004 "},
    {"EUC-JISX0213", " eucjisx0213 eucjis2004 jisx0213 "},
    {"HZ", " hz hzgb hzgb2312 "},
}};

/// Names of the Encoding standard's that old feeds spell in their own way, likewise.
constexpr std::array<Encoding, 6> other_spellings{{
    {"GB18030", " euccn eucgb2312cn gb23121980 gb231280 gb180302000 ms936 xmacsimpchinese "},
    {"BIG5-HKSCS", " big5tw big5hkscs hkscs ms950 xmactradchinese "},
    {"CP932", " mskanji sjis shiftjis xmacjapanese "},
    {"UHC", " euckr "},
    {"UTF-8", " utf8sig u8 cp65001 "},
    {"ISO-8859-7", " elot928 "},
}};

/// Letters and digits alone: "x-mac_roman" is "xmacroman".
std::string squeezed(std::string_view label) {
  std::string out;
  for (const char c : label) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

/// "iso_8859-5:1988" and its other spellings, without the year.
std::string_view without_year(std::string_view label) {
  if (label.size() < 10 || !label.starts_with("iso") || label.find("8859") == std::string_view::npos)
    return label;
  const auto year = label.substr(label.size() - 4);
  const bool is_year = (year.starts_with("19") || year.starts_with("20")) &&
                       year.find_first_not_of("0123456789") == std::string_view::npos;
  const bool is_apart = std::string_view{"-:_"}.find(label[label.size() - 5]) != std::string_view::npos;
  return is_year && is_apart ? label.substr(0, label.size() - 5) : label;
}

template <class List>
std::string_view listed(const List& list, std::string_view label) {
  const std::string wanted = " " + std::string{label} + " ";
  for (const auto& encoding : list) {
    if (encoding.labels.find(wanted) != std::string_view::npos) return encoding.name;
  }
  return {};
}

/// "ibm775", "csIBM775", "cp-775" and "775" are code page 775, "windows1251" and "win-1251" 1251; empty for
/// other shapes.
std::string code_page(std::string_view label) {
  const auto digits = label.find_first_of("0123456789");
  if (digits == std::string_view::npos || label.size() - digits < 3 || label.size() - digits > 5) return {};
  if (label.find_first_not_of("0123456789", digits) != std::string_view::npos) return {};
  auto maker = label.substr(0, digits);
  if (maker.ends_with('-')) maker.remove_suffix(1);
  static constexpr std::array<std::string_view, 8> makers{"",        "cp",  "ibm", "csibm",
                                                          "windows", "win", "dos", "x-cp"};
  if (std::find(makers.begin(), makers.end(), maker) == makers.end()) return {};
  return "CP" + std::string{label.substr(digits)};
}

}  // namespace

std::string encoding_of_label(std::string_view label) {
  const auto wanted = ascii_lower(trim(label));
  if (wanted.empty() || wanted.find(' ') != std::string::npos) return {};
  if (const auto found = listed(encodings, wanted); !found.empty()) return std::string{found};
  const auto dashed = replace_all(without_year(wanted), "_", "-");
  if (const auto found = listed(encodings, dashed); !found.empty()) return std::string{found};
  const auto bare = squeezed(wanted);
  if (const auto found = listed(other_spellings, bare); !found.empty()) return std::string{found};
  if (const auto found = listed(old_encodings, bare); !found.empty()) return std::string{found};
  return code_page(dashed);
}

}  // namespace tidings::source
