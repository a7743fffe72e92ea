// Macintosh character sets missing from the C library's iconv.
#include "source/encoding_tables.hpp"

#include <algorithm>
#include <array>

namespace tidings::source {
namespace {

struct Table {
  std::string_view name;
  std::u32string_view upper;  ///< 0x80 to 0xFF
};

// From Apple's mapping tables at unicode.org/Public/MAPPINGS/VENDORS/APPLE.
constexpr std::array<Table, 6> tables{{
    {"MAC-ARABIC",
     U"Ä\u00A0ÇÉÑÖÜáàâäں«çéèêëí…îïñó»ôö÷úùûü"
     U" !\"#$٪&'()*+،-./٠١٢٣٤٥٦٧٨٩:؛<=>؟"
     U"❊ءآأؤإئابةتثجحخدذرزسشصضطظعغ[\\]^_"
     U"ـفقكلمنهوىيًٌٍَُِّْپٹچەڤگڈڑ{|}ژے"},
    {"MAC-CROATIAN",
     U"ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü"
     U"†°¢£§•¶ß®Š™´¨≠ŽØ∞±≤≥∆µ∂∑∏š∫ªºΩžø"
     U"¿¡¬√ƒ≈Ć«Č…\u00A0ÀÃÕŒœĐ—“”‘’÷◊\uF8FF©⁄€‹›Æ»"
     U"–·‚„‰ÂćÁčÈÍÎÏÌÓÔđÒÚÛÙıˆ˜¯πË˚¸Êæˇ"},
    {"MAC-FARSI",
     U"Ä\u00A0ÇÉÑÖÜáàâäں«çéèêëí…îïñó»ôö÷úùûü"
     U" !\"#$٪&'()*+،-./۰۱۲۳۴۵۶۷۸۹:؛<=>؟"
     U"❊ءآأؤإئابةتثجحخدذرزسشصضطظعغ[\\]^_"
     U"ـفقكلمنهوىيًٌٍَُِّْپٹچەڤگڈڑ{|}ژے"},
    {"MAC-GREEK",
     U"Ä¹²É³ÖÜ΅àâä΄¨çéèêë£™îï•½‰ôö¦€ùûü"
     U"†ΓΔΘΛΞΠß®©ΣΪ§≠°·Α±≤≥¥ΒΕΖΗΙΚΜΦΫΨΩ"
     U"άΝ¬ΟΡ≈Τ«»…\u00A0ΥΧΆΈœ–―“”‘’÷ΉΊΌΎέήίόΏ"
     U"ύαβψδεφγηιξκλμνοπώρστθωςχυζϊϋΐΰ\u00AD"},
    {"MAC-ROMANIAN",
     U"ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü"
     U"†°¢£§•¶ß®©™´¨≠ĂȘ∞±≤≥¥µ∂∑∏π∫ªºΩăș"
     U"¿¡¬√ƒ≈∆«»…\u00A0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›Țț"
     U"‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uF8FFÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ"},
    {"MAC-TURKISH",
     U"ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü"
     U"†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø"
     U"¿¡¬√ƒ≈∆«»…\u00A0ÀÃÕŒœ–—“”‘’÷◊ÿŸĞğİıŞş"
     U"‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uF8FFÒÚÛÙ\uF8A0ˆ˜¯˘˙˚¸˝˛ˇ"},
}};

}  // namespace

std::u32string_view upper_half_of(std::string_view encoding) {
  const auto* const found = std::ranges::find(tables, encoding, &Table::name);
  return found == tables.end() ? std::u32string_view{} : found->upper;
}

}  // namespace tidings::source
