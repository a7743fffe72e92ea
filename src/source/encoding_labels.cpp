// The labels of the WHATWG Encoding standard, section 4.2, each with the C library's name of the encoding; then the names that
// IANA and the code pages of DOS, the Macintosh and mainframes have, which no browser reads but old feeds declare.
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
    {"ISO-8859-2", " csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2 "},
    {"ISO-8859-3", " csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3 "},
    {"ISO-8859-4", " csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4 "},
    {"ISO-8859-5", " csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 "},
    {"ISO-8859-6",
     " arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i iso-ir-127 "
     "iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 "},
    {"ISO-8859-7",
     " csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 "
     "sun_eu_greek "},
    {"ISO-8859-8",
     " csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
     "iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical "},
    {"ISO-8859-10", " csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6 "},
    {"ISO-8859-13", " iso-8859-13 iso8859-13 iso885913 "},
    {"ISO-8859-14", " iso-8859-14 iso8859-14 iso885914 "},
    {"ISO-8859-15", " csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 latin9 latin-9 "},
    {"ISO-8859-16", " iso-8859-16 "},
    {"KOI8-R", " cskoi8r koi koi8 koi8-r koi8_r "},
    {"KOI8-U", " koi8-ru koi8-u "},
    {"MACINTOSH", " csmacintosh mac macintosh x-mac-roman mac-roman macroman "},
    {"CP874", " dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874 "},
    {"CP1250", " cp1250 windows-1250 x-cp1250 "},
    {"CP1251", " cp1251 windows-1251 x-cp1251 win-1251 "},
    {"CP1252",
     " ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 "
     "iso_8859-1:1987 l1 latin1 latin-1 us-ascii windows-1252 x-cp1252 "},
    {"CP1253", " cp1253 windows-1253 x-cp1253 "},
    {"CP1254",
     " cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 windows-1254 "
     "x-cp1254 "},
    {"CP1255", " cp1255 windows-1255 x-cp1255 "},
    {"CP1256", " cp1256 windows-1256 x-cp1256 "},
    {"CP1257", " cp1257 windows-1257 x-cp1257 "},
    {"CP1258", " cp1258 windows-1258 x-cp1258 "},
    {"MAC-CYRILLIC", " x-mac-cyrillic x-mac-ukrainian "},
    {"GB18030", " chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030 hz-gb-2312 cp936 "},
    {"BIG5-HKSCS", " big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950 "},
    {"EUC-JP", " cseucpkdfmtjapanese euc-jp x-euc-jp eucjp u-jis ujis "},
    {"ISO-2022-JP", " csiso2022jp iso-2022-jp iso2022-jp iso2022jp "},
    {"CP932", " csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis cp932 "},
    {"UHC", " cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949 cp949 "},
    {"UTF-16BE", " unicodefffe utf-16be "},
    {"UTF-16LE", " csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le u16 utf16 "},
    {"UTF-32BE", " utf-32be "},
    {"UTF-32LE", " utf-32 utf-32le ucs-4 iso-10646-ucs-4 "},
    {"CP437", " cp437 ibm437 "},
    {"CP850", " cp850 ibm850 "},
    {"CP037", " ebcdic-cp-us cp037 ibm037 "},
}};

/// As above; '_' is written '-'. Code pages are found by their number.
constexpr std::array<Encoding, 19> old_encodings{{
    {"CP861", " cp-is "},
    {"CP775", " cspc775baltic "},
    {"CP850", " cspc850multilingual "},
    {"CP862", " cspc862latinhebrew "},
    {"CP437", " cspc8codepage437 "},
    {"CP852", " cspcp852 "},
    {"CP500", " ebcdic-cp-be ebcdic-cp-ch "},
    {"CP037", " ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-us ebcdic-cp-wt ibm039 "},
    {"KOI8-T", " koi8-t "},
    {"MAC-CYRILLIC", " mac-cyrillic maccyrillic "},
    {"MAC-CENTRALEUROPE", " mac-centraleurope maccentraleurope maclatin2 mac-latin2 x-mac-ce "},
    {"MAC-IS", " mac-iceland maciceland "},
    {"JOHAB", " johab cp1361 ms1361 "},
    {"UHC", " ms949 uhc "},
    {"RK1048", " kz1048 kz-1048 rk1048 strk1048-2002 "},
    {"HP-ROMAN8", " hp-roman8 hproman8 roman8 r8 "},
    {"PT154", " ptcp154 csptcp154 pt154 cp154 cyrillic-asian "},
    {"UTF-7", " utf-7 utf7 csutf7 "},
    {"ISO-2022-KR", " iso-2022-kr csiso2022kr iso2022kr iso2022-kr "},
}};

template <class List>
std::string_view listed(const List& list, std::string_view label) {
  const std::string wanted = " " + std::string{label} + " ";
  for (const auto& encoding : list) {
    if (encoding.labels.find(wanted) != std::string_view::npos) return encoding.name;
  }
  return {};
}

/// "ibm775", "csIBM775", "cp-775" and "775" are code page 775, "windows1251" and "win-1251" 1251; empty for other shapes.
std::string code_page(std::string_view label) {
  const auto digits = label.find_first_of("0123456789");
  if (digits == std::string_view::npos || label.size() - digits < 3 || label.size() - digits > 5) return {};
  if (label.find_first_not_of("0123456789", digits) != std::string_view::npos) return {};
  auto maker = label.substr(0, digits);
  if (maker.ends_with('-')) maker.remove_suffix(1);
  static constexpr std::array<std::string_view, 8> makers{"", "cp", "ibm", "csibm", "windows", "win", "dos", "x-cp"};
  if (std::find(makers.begin(), makers.end(), maker) == makers.end()) return {};
  return "CP" + std::string{label.substr(digits)};
}

}  // namespace

std::string encoding_of_label(std::string_view label) {
  auto wanted = ascii_lower(trim(label));
  if (wanted.empty() || wanted.find(' ') != std::string::npos) return {};
  if (const auto found = listed(encodings, wanted); !found.empty()) return std::string{found};
  wanted = replace_all(wanted, "_", "-");
  if (const auto found = listed(encodings, wanted); !found.empty()) return std::string{found};
  if (const auto found = listed(old_encodings, wanted); !found.empty()) return std::string{found};
  return code_page(wanted);
}

}  // namespace tidings::source
