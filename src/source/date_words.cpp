#include "source/date_words.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.hpp"

namespace tidings::source {
namespace {

/// Each month's names between blanks, case-folded, without a final '.': English, German, Dutch, Scandinavian,
/// French, Spanish, Portuguese, Italian, Catalan, Romanian, Polish, Czech, Slovak, Croatian, Slovene,
/// Hungarian, Finnish, Estonian, Latvian, Lithuanian, Turkish, Indonesian, Greek, Russian, Ukrainian,
/// Bulgarian, Serbian, Macedonian, Hebrew, Arabic, Persian, Hindi. If two languages share a word
/// ("listopad"), the one with more blogs has it.
constexpr std::array<std::string_view, 12> month_names{
    " january jan januar jänner jaenner jän januari janvier janv enero ene janeiro gennaio gen gener "
    "ianuarie ian stycznia styczeń "
    "sty leden ledna led január januára siječanj siječnja sij januarja jan január tammikuu tammikuuta tammi "
    "jaanuar jaan janvāris "
    "janvāra sausis sausio ocak oca ιανουαρίου ιανουάριος ιαν γεν γενάρη январь января янв січень січня січ "
    "януари јануар "
    "јануари ינואר يناير جانفي جنوری ژانویه जनवरी มกราคม كانون-الثاني ",
    " february feb febr februar feber februari février févr fevrier fév fev febrero fevereiro febbraio "
    "febrer februarie lutego luty lut "
    "únor února úno unor unora február februára veljača veljače velj februarja helmikuu helmikuuta helmi "
    "veebruar veebr februāris "
    "februāra vasaris vasario şubat subat şub φεβρουαρίου φεβρουάριος φεβ φλεβάρη февраль февраля фев февр "
    "лютий лютого лют "
    "февруари фебруар פברואר فبراير فوریه फरवरी กุมภาพันธ์ ",
    " march mar märz maerz mär mrz maart mrt mars marzo março marco març martie marca marzec březen března "
    "bře brezen brezna "
    "marec március márc ožujak ožujka ožu marca maaliskuu maaliskuuta maalis märts marts martā kovas kovo "
    "mart maret mac "
    "μαρτίου μάρτιος μαρ μάρ мαρτη μάρτη март марта мар березень березня бер מרץ مارس मार्च มีนาคม ",
    " april apr avril avr abril abr aprile aprilie kwietnia kwiecień kwi duben dubna dub apríl apríla "
    "travanj travnja tra aprila "
    "április ápr huhtikuu huhtikuuta huhti aprill aprīlis aprīļa balandis balandžio nisan nis απριλίου "
    "απρίλιος απρ απρίλη "
    "апрель апреля апр квітень квітня квіт април אפריל أبريل ابريل آوریل अप्रैल เมษายน ",
    " may mai mei maj mayo maio maggio mag maig maja máj mája květen května kvě kveten kvetna svibanj "
    "svibnja svi május "
    "toukokuu toukokuuta touko maijs maija gegužė gegužės mayıs mayis μαΐου μαίου μάιος μαι μάι май мая "
    "травень травня трав маја "
    "мај מאי مايو مه मई พฤษภาคม mai ",
    " june jun juni juin junio junho giugno giu juny iunie iun czerwca czerwiec cze červen června čvn cerven "
    "cervna jún júna lipanj lipnja lip "
    "junija június kesäkuu kesäkuuta kesä juuni jūnijs jūnija birželis birželio haziran haz ιουνίου ιούνιος "
    "ιουν ιούν ιούνη "
    "июнь июня июн червень червня черв юни јун јуни יוני يونيو ژوئن जून มิถุนายน ",
    " july jul juli juillet juil julio julho luglio lug juliol iulie iul lipca lipiec červenec července čvc "
    "cervenec cervence júl júla srpanj "
    "srpnja julija július heinäkuu heinäkuuta heinä juuli jūlijs jūlija liepa liepos temmuz tem ιουλίου "
    "ιούλιος ιουλ ιούλ ιούλη "
    "июль июля июл липень липня лип юли јул јули יולי يوليو ژوئیه जुलाई กรกฎาคม ",
    " august aug augustus augusti août aout aoû agosto ago agost sierpnia sierpień sie srpen srpna srp "
    "augusta kolovoz kolovoza kol "
    "avgust avgusta avg augusztus elokuu elokuuta elo augusts augustā rugpjūtis rugpjūčio ağustos agustos "
    "ağu "
    "αυγούστου αύγουστος αυγ αύγ αυγουστου август августа авг серпень серпня серп אוגוסט أغسطس اغسطس اوت "
    "अगस्त สิงหาคม agu ",
    " september sep sept septembre septiembre setiembre setembro set settembre sett setembre septembrie "
    "września wrzesień wrz září zar zari zář "
    "septembra rujan rujna ruj szeptember szept syyskuu syyskuuta syys septembris septembrī rugsėjis rugsėjo "
    "eylül eyl "
    "σεπτεμβρίου σεπτέμβριος σεπ σεπτ σεπτέμβρη сентябрь сентября сен сент вересень вересня вер септември "
    "септембар септ "
    "ספטמבר سبتمبر سپتامبر सितंबर सितम्बर กันยายน ",
    " october oct oktober okt octobre octubre outubro out ottobre ott octubre octombrie października "
    "październik paź pazdziernika říjen října říj "
    "rijen rijna október októbra listopada-hr oktobra október lokakuu lokakuuta loka oktoober oktobris "
    "oktobra spalis spalio "
    "ekim eki οκτωβρίου οκτώβριος οκτ οκτώβρη октябрь октября окт жовтень жовтня жовт октомври октобар "
    "אוקטובר أكتوبر "
    "اكتوبر اکتبر अक्टूबर अक्तूबर ตุลาคม ",
    " november nov novembre noviembre novembro noiembrie noi listopada listopad lis novembra studeni "
    "studenoga stu novembris novembrī "
    "marraskuu marraskuuta marras lapkritis lapkričio kasım kasim kas νοεμβρίου νοέμβριος νοε νοέ νοέμβρη "
    "ноябрь ноября ноя нояб "
    "листопад листопада лист ноември новембар нов נובמבר نوفمبر نوامبر नवंबर नवम्बर พฤศจิกายน nóv ",
    " december dec dezember dez desember des décembre déc decembre diciembre dic dezembro dicembre desembre "
    "decembrie grudnia grudzień "
    "gru prosinec prosince pro decembra prosinac prosinca december deccember joulukuu joulukuuta joulu "
    "detsember dets decembris "
    "decembrī gruodis gruodžio aralık aralik ara desember δεκεμβρίου δεκέμβριος δεκ δεκέμβρη декабрь декабря "
    "дек грудень грудня груд "
    "декември децембар ברדצמבר דצמבר ديسمبر دسامبر दिसंबर दिसम्बर ธันวาคม desem "};

/// Names of weekdays between blanks, in the same languages, with the usual abbreviations.
constexpr std::string_view weekday_names =
    " monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "montag dienstag mittwoch "
    "donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so maandag dinsdag woensdag donderdag "
    "vrijdag zaterdag zondag "
    "måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag lundi mardi mercredi "
    "jeudi vendredi samedi "
    "dimanche lunes martes miércoles jueves viernes sábado domingo segunda-feira terça-feira quarta-feira "
    "quinta-feira sexta-feira "
    "segunda terça quarta quinta sexta lunedì martedì mercoledì giovedì venerdì sabato domenica dilluns "
    "dimarts dimecres dijous "
    "divendres dissabte diumenge luni marți miercuri joi vineri sâmbătă duminică poniedziałek wtorek środa "
    "czwartek piątek sobota "
    "niedziela pondělí úterý středa čtvrtek pátek neděle pondelok utorok streda štvrtok piatok nedeľa "
    "ponedjeljak srijeda četvrtak "
    "petak subota nedjelja ponedeljek torek sreda četrtek petek nedelja hétfő kedd szerda csütörtök péntek "
    "szombat vasárnap "
    "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai pazartesi salı çarşamba perşembe "
    "cuma cumartesi pazar "
    "δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή понедельник вторник среда четверг пятница "
    "суббота воскресенье "
    "понеділок вівторок середа четвер п'ятниця субота неділя понеделник сряда четвъртък петък събота неделя ";

std::unordered_map<std::string_view, int> make_month_map() {
  std::unordered_map<std::string_view, int> map;
  for (std::size_t month = 0; month < month_names.size(); ++month) {
    for (const auto name : split(trim(month_names[month]), ' '))
      map.try_emplace(name, static_cast<int>(month) + 1);
  }
  return map;
}

struct ZoneName {
  std::string_view name;
  int minutes;
};

/// Ambiguous ones as in RFC 822 and most mail: "cst" is Chicago's, "ist" India's, "bst" British summer time.
constexpr std::array<ZoneName, 62> zones{{
    {"a", -60},     {"acdt", 630},  {"acst", 570}, {"adt", -180}, {"aedt", 660}, {"aest", 600},
    {"akdt", -480}, {"akst", -540}, {"ast", -240}, {"at", -240},  {"awst", 480}, {"brst", -120},
    {"brt", -180},  {"bst", 60},    {"cat", 120},  {"cdt", -300}, {"cest", 120}, {"cet", 60},
    {"cst", -360},  {"ct", -360},   {"eat", 180},  {"edt", -240}, {"eest", 180}, {"eet", 120},
    {"est", -300},  {"et", -300},   {"gmt", 0},    {"hkt", 480},  {"hst", -600}, {"idt", 180},
    {"ist", 330},   {"jst", 540},   {"kst", 540},  {"m", -720},   {"mdt", -360}, {"mest", 120},
    {"mesz", 120},  {"met", 60},    {"mez", 60},   {"msd", 240},  {"msk", 180},  {"mst", -420},
    {"mt", -420},   {"n", 60},      {"ndt", -150}, {"nst", -210}, {"nzdt", 780}, {"nzst", 720},
    {"pdt", -420},  {"pkt", 300},   {"pst", -480}, {"pt", -480},  {"sast", 120}, {"sgt", 480},
    {"ut", 0},      {"utc", 0},     {"wat", 60},   {"west", 60},  {"wet", 0},    {"wib", 420},
    {"y", 720},     {"z", 0},
}};

std::string_view without_dot(std::string_view word) {
  while (!word.empty() && (word.back() == '.' || word.back() == ',')) word.remove_suffix(1);
  return word;
}

}  // namespace

int month_of_name(std::string_view word) {
  static const auto months = make_month_map();
  const auto found = months.find(without_dot(word));
  return found == months.end() ? 0 : found->second;
}

bool is_weekday_name(std::string_view word) {
  std::string wanted{" "};
  wanted.append(without_dot(word)).append(" ");
  return wanted.size() > 2 && weekday_names.find(wanted) != std::string_view::npos;
}

std::optional<int> zone_offset_of(std::string_view word) {
  for (const auto& zone : zones) {
    if (zone.name == word) return zone.minutes;
  }
  return std::nullopt;
}

HalfOfDay half_of_day(std::string_view word) {
  static constexpr std::array<std::string_view, 9> first{"am",   "a.m",  "a.m.", "π.μ", "πμ",
                                                         "π.μ.", "오전", "上午", "午前"};
  static constexpr std::array<std::string_view, 9> second{"pm",   "p.m",  "p.m.", "μ.μ", "μμ",
                                                          "μ.μ.", "오후", "下午", "午後"};
  if (std::find(first.begin(), first.end(), word) != first.end()) return HalfOfDay::first;
  if (std::find(second.begin(), second.end(), word) != second.end()) return HalfOfDay::second;
  return HalfOfDay::unknown;
}

std::optional<int> assumed_offset_of(std::string_view half_of_day_word) {
  if (half_of_day_word == "오전" || half_of_day_word == "오후" || half_of_day_word == "午前" ||
      half_of_day_word == "午後")
    return 540;
  if (half_of_day_word == "上午" || half_of_day_word == "下午") return 480;
  return std::nullopt;
}

std::string western_years(std::string_view text) {
  struct Era {
    std::string_view name;
    int before_first;  ///< the year before its first
  };
  static constexpr std::array<Era, 3> eras{{{"令和", 2018}, {"平成", 1988}, {"昭和", 1925}}};
  for (const auto& era : eras) {
    const auto at = text.find(era.name);
    if (at == std::string_view::npos) continue;
    auto rest = text.substr(at + era.name.size());
    int year = 0;
    if (rest.starts_with("元")) {
      year = 1;
      rest.remove_prefix(std::string_view{"元"}.size());
    }
    for (int digits = 0; digits < 2 && !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
         ++digits) {
      year = year * 10 + (rest.front() - '0');
      rest.remove_prefix(1);
    }
    if (year == 0 || !rest.starts_with("年")) continue;
    return std::string{text.substr(0, at)} + std::to_string(era.before_first + year) + std::string{rest};
  }
  return std::string{text};
}

std::string separate_cjk_units(std::string_view text) {
  std::string out{text};
  static constexpr std::array<std::string_view, 4> year_and_month{"年", "月", "년", "월"};
  for (const auto unit : year_and_month) {
    out = replace_all(out, std::string{unit} + " ", "-");
    out = replace_all(out, unit, "-");
  }
  for (const std::string_view unit : {"日", "일"}) out = replace_all(out, unit, " ");
  for (const std::string_view unit : {"時", "时", "시"}) out = replace_all(out, unit, ":");
  for (const std::string_view unit : {"分", "분", "秒", "초"}) out = replace_all(out, unit, " ");
  return out;
}

}  // namespace tidings::source
