// Languages, scripts and countries: ISO 639-1 and 639-2 with their names in English and in the language
// itself, ISO 15924, ISO 3166-1. From Debian's iso-codes; to add a language, add one line.
#include "subscriber/language_table.hpp"

namespace tidings::subscriber {

std::span<const KnownLanguage> known_languages() {
  static constexpr KnownLanguage all[] = {
      {"aa", "aar", "Afar"},
      {"ab", "abk", "Abkhazian"},
      {"ae", "ave", "Avestan"},
      {"af", "afr", "Afrikaans"},
      {"ak", "aka", "Akan"},
      {"am", "amh", "Amharic|አማርኛ"},
      {"an", "arg", "Aragonese"},
      {"ar", "ara", "Arabic|العربية"},
      {"as", "asm", "Assamese|অসমীয়া"},
      {"av", "ava", "Avaric"},
      {"ay", "aym", "Aymara"},
      {"az", "aze", "Azerbaijani"},
      {"ba", "bak", "Bashkir"},
      {"be", "bel", "Belarusian|беларуская"},
      {"bg", "bul", "Bulgarian|Български"},
      {"bh", "bih", "Bihari languages"},
      {"bi", "bis", "Bislama"},
      {"bm", "bam", "Bambara"},
      {"bn", "ben", "Bengali|বাংলা"},
      {"bo", "bod tib", "Tibetan"},
      {"br", "bre", "Breton|Brezhoneg"},
      {"bs", "bos", "Bosnian"},
      {"ca", "cat", "Catalan|Valencian|català|valencià"},
      {"ce", "che", "Chechen"},
      {"ch", "cha", "Chamorro"},
      {"co", "cos", "Corsican"},
      {"cr", "cre", "Cree"},
      {"cs", "ces cze", "Czech|čeština"},
      {"cu", "chu", "Church Slavic|Old Slavonic|Church Slavonic|Old Bulgarian|Old Church Slavonic"},
      {"cv", "chv", "Chuvash"},
      {"cy", "cym wel", "Welsh|Cymraeg"},
      {"da", "dan", "Danish|dansk"},
      {"de", "deu ger", "German|Deutsch"},
      {"dv", "div", "Divehi|Dhivehi|Maldivian"},
      {"dz", "dzo", "Dzongkha"},
      {"ee", "ewe", "Ewe"},
      {"el", "ell gre", "Greek|Ελληνικά"},
      {"en", "eng", "English"},
      {"eo", "epo", "Esperanto"},
      {"es", "spa", "Spanish|Castilian|Español|Castellano"},
      {"et", "est", "Estonian|eesti"},
      {"eu", "eus baq", "Basque|Euskara"},
      {"fa", "fas per", "Persian|فارسی"},
      {"ff", "ful", "Fulah"},
      {"fi", "fin", "Finnish|suomi"},
      {"fj", "fij", "Fijian"},
      {"fo", "fao", "Faroese"},
      {"fr", "fra fre", "French|français"},
      {"fy", "fry", "Western Frisian"},
      {"ga", "gle", "Irish|Gaeilge"},
      {"gd", "gla", "Gaelic|Scottish Gaelic"},
      {"gl", "glg", "Galician|Galego"},
      {"gn", "grn", "Guarani"},
      {"gu", "guj", "Gujarati|ગુજરાતી"},
      {"gv", "glv", "Manx"},
      {"ha", "hau", "Hausa"},
      {"he", "heb", "Hebrew|עברית"},
      {"hi", "hin", "Hindi|हिंदी"},
      {"ho", "hmo", "Hiri Motu"},
      {"hr", "hrv", "Croatian|Hrvatski"},
      {"ht", "hat", "Haitian|Haitian Creole"},
      {"hu", "hun", "Hungarian|magyar"},
      {"hy", "hye arm", "Armenian"},
      {"hz", "her", "Herero"},
      {"ia", "ina", "Interlingua (International Auxiliary Language Association)"},
      {"id", "ind", "Indonesian|Bahasa Indonesia"},
      {"ie", "ile", "Interlingue|Occidental"},
      {"ig", "ibo", "Igbo"},
      {"ii", "iii", "Sichuan Yi|Nuosu"},
      {"ik", "ipk", "Inupiaq"},
      {"io", "ido", "Ido"},
      {"is", "isl ice", "Icelandic|Íslenska"},
      {"it", "ita", "Italian|Italiano"},
      {"iu", "iku", "Inuktitut"},
      {"ja", "jpn", "Japanese|日本語"},
      {"jv", "jav", "Javanese"},
      {"ka", "kat geo", "Georgian|ქართული"},
      {"kg", "kon", "Kongo"},
      {"ki", "kik", "Kikuyu|Gikuyu"},
      {"kj", "kua", "Kuanyama|Kwanyama"},
      {"kk", "kaz", "Kazakh"},
      {"kl", "kal", "Kalaallisut|Greenlandic"},
      {"km", "khm", "Central Khmer"},
      {"kn", "kan", "Kannada|ಕನ್ನಡ"},
      {"ko", "kor", "Korean|한국어"},
      {"kr", "kau", "Kanuri"},
      {"ks", "kas", "Kashmiri"},
      {"ku", "kur", "Kurdish"},
      {"kv", "kom", "Komi"},
      {"kw", "cor", "Cornish"},
      {"ky", "kir", "Kirghiz|Kyrgyz"},
      {"la", "lat", "Latin"},
      {"lb", "ltz", "Luxembourgish|Letzeburgesch"},
      {"lg", "lug", "Ganda"},
      {"li", "lim", "Limburgan|Limburger|Limburgish"},
      {"ln", "lin", "Lingala"},
      {"lo", "lao", "Lao"},
      {"lt", "lit", "Lithuanian|Lietuvių"},
      {"lu", "lub", "Luba-Katanga"},
      {"lv", "lav", "Latvian|Latviešu"},
      {"mg", "mlg", "Malagasy"},
      {"mh", "mah", "Marshallese"},
      {"mi", "mri mao", "Maori|Reo Māori"},
      {"mk", "mkd mac", "Macedonian|Македонски"},
      {"ml", "mal", "Malayalam|മലയാളം"},
      {"mn", "mon", "Mongolian|Монгол"},
      {"mr", "mar", "Marathi|मराठी"},
      {"ms", "msa may", "Malay|Bahasa Melayu"},
      {"mt", "mlt", "Maltese|Malti"},
      {"my", "mya bur", "Burmese"},
      {"na", "nau", "Nauru"},
      {"nb", "nob", "Norwegian Bokmål"},
      {"nd", "nde", "North Ndebele"},
      {"ne", "nep", "Nepali"},
      {"ng", "ndo", "Ndonga"},
      {"nl", "nld dut", "Dutch|Flemish|Nederlands"},
      {"nn", "nno", "Norwegian Nynorsk|Norsk"},
      {"no", "nor", "Norwegian|Norsk"},
      {"nr", "nbl", "South Ndebele"},
      {"nv", "nav", "Navajo|Navaho"},
      {"ny", "nya", "Chichewa|Chewa|Nyanja"},
      {"oc", "oci", "Occitan (post 1500)|Provençal"},
      {"oj", "oji", "Ojibwa"},
      {"om", "orm", "Oromo"},
      {"or", "ori", "Oriya|ଓଡିଆ"},
      {"os", "oss", "Ossetian|Ossetic"},
      {"pa", "pan", "Panjabi|Punjabi|ਪੰਜਾਬੀ"},
      {"pi", "pli", "Pali"},
      {"pl", "pol", "Polish|polski"},
      {"ps", "pus", "Pushto|Pashto"},
      {"pt", "por", "Portuguese|Português"},
      {"qu", "que", "Quechua"},
      {"rm", "roh", "Romansh"},
      {"rn", "run", "Rundi"},
      {"ro", "ron rum", "Romanian|Moldavian|Moldovan"},
      {"ru", "rus", "Russian|русский"},
      {"rw", "kin", "Kinyarwanda|Ikinyarwanda"},
      {"sa", "san", "Sanskrit"},
      {"sc", "srd", "Sardinian|Sardu"},
      {"sd", "snd", "Sindhi"},
      {"se", "sme", "Northern Sami"},
      {"sg", "sag", "Sango"},
      {"si", "sin", "Sinhala|Sinhalese"},
      {"sk", "slk slo", "Slovak|slovenčina"},
      {"sl", "slv", "Slovenian|slovenščina"},
      {"sm", "smo", "Samoan"},
      {"sn", "sna", "Shona"},
      {"so", "som", "Somali"},
      {"sq", "sqi alb", "Albanian|Shqip"},
      {"sr", "srp", "Serbian|српски"},
      {"ss", "ssw", "Swati"},
      {"st", "sot", ""},
      {"su", "sun", "Sundanese"},
      {"sv", "swe", "Swedish|Svenska"},
      {"sw", "swa", "Swahili"},
      {"ta", "tam", "Tamil|தமிழ்"},
      {"te", "tel", "Telugu|తెలుగు"},
      {"tg", "tgk", "Tajik"},
      {"th", "tha", "Thai|ไทย"},
      {"ti", "tir", "Tigrinya|ትግርኛ"},
      {"tk", "tuk", "Turkmen"},
      {"tl", "tgl", "Tagalog"},
      {"tn", "tsn", "Tswana"},
      {"to", "ton", "Tonga (Tonga Islands)"},
      {"tr", "tur", "Turkish|Türkçe"},
      {"ts", "tso", "Tsonga"},
      {"tt", "tat", "Tatar|Татарча"},
      {"tw", "twi", "Twi"},
      {"ty", "tah", "Tahitian"},
      {"ug", "uig", "Uighur|Uyghur"},
      {"uk", "ukr", "Ukrainian|українська"},
      {"ur", "urd", "Urdu"},
      {"uz", "uzb", "Uzbek"},
      {"ve", "ven", "Venda"},
      {"vi", "vie", "Vietnamese|Tiếng Việt"},
      {"vo", "vol", "Volapük"},
      {"wa", "wln", "Walloon|Walon"},
      {"wo", "wol", "Wolof"},
      {"xh", "xho", "Xhosa|isiXhosa"},
      {"yi", "yid", "Yiddish"},
      {"yo", "yor", "Yoruba"},
      {"za", "zha", "Zhuang|Chuang"},
      {"zh", "zho chi", "Chinese|汉语|中文|Simplified Chinese|简体中文|简体字"},
      {"zh-Hant", "", "Traditional Chinese|繁體中文|正體中文"},
      {"zu", "zul", "Zulu|Isi-Zulu"},
  };
  return all;
}

std::string_view further_languages() {
  return "ace ach ada ady afa afh ain akk ale alg als alt ang anp apa arc arn arp art arw ary arz ast ath "
         "aus "
         "awa bad bai bal ban bar bas bat bej bem ber bho bik bin bla bnt bra btk bua bug byn cad cai car "
         "cau "
         "ceb cel chb chg chk chm chn cho chp chr chy ckb cmc cmn cnr cop cpe cpf cpp crh crp csb cus dak "
         "dar "
         "day del den dgr din doi dra dsb dua dum dyu efi egy eka elx enm ewo fan fat fil fiu fon frm fro "
         "frr "
         "frs fur gaa gag gan gay gba gem gez gil glk gmh goh gon gor got grb grc gsw gwi hai hak haw hif "
         "hil "
         "him hit hmn hsb hup iba ijo ilo inc ine inh ira iro jbo jpr jrb kaa kab kac kam kar kaw kbd kha "
         "khi "
         "kho kmb kok kos kpe krc krl kro kru ksh kum kut lad lah lam lez lld lmo lol loz ltg lua lui lun "
         "luo "
         "lus lzh mad mag mai mak man map mas mdf mdr men mga mic min mkh mnc mni mno moh mos mun mus mwl "
         "mwr "
         "myn myv mzn nah nai nan nap nds new nia nic niu nog non nqo nso nub nwc nym nyn nyo nzi olo osa "
         "ota "
         "oto paa pag pal pam pap pau pdc peo phi phn pms pnb pon pra pro prs raj rap rar rmy roa rom rue "
         "rup "
         "sad sah sai sal sam sas sat scn sco sel sem sga sgn sgs shn sid sio sit sla sma smi smj smn sms "
         "snk "
         "sog son srn srr ssa suk sus sux swg syc syr szl tai tem ter tet tig tiv tkl tlh tli tmh tog tpi "
         "tsi "
         "tum tup tut tvl tyv udm uga umb vai vec vep vot vro wak wal war was wen wuu xal yao yap ypk yue "
         "zap "
         "zbl zen zgh znd zun zza ";
}

std::string_view scripts() {
  return "Adlm Afak Aghb Ahom Arab Aran Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Blis Bopo Brah Brai "
         "Bugi "
         "Buhd Cakm Cans Cari Cham Cher Cirt Copt Cprt Cyrl Cyrs Deva Dsrt Dupl Egyd Egyh Egyp Elba Ethi "
         "Geok "
         "Geor Glag Goth Gran Grek Gujr Guru Hanb Hang Hani Hano Hans Hant Hatr Hebr Hira Hluw Hmng Hrkt "
         "Hung "
         "Inds Ital Jamo Java Jpan Jurc Kali Kana Khar Khmr Khoj Kitl Kits Knda Kore Kpel Kthi Lana Laoo "
         "Latf "
         "Latg Latn Leke Lepc Limb Lina Linb Lisu Loma Lyci Lydi Mahj Mand Mani Marc Maya Mend Merc Mero "
         "Mlym "
         "Modi Mong Moon Mroo Mtei Mult Mymr Narb Nbat Newa Nkgb Nkoo Nshu Ogam Olck Orkh Orya Osge Osma "
         "Palm "
         "Pauc Perm Phag Phli Phlp Phlv Phnx Piqd Plrd Prti Qaaa Qabx Rjng Roro Runr Samr Sara Sarb Saur "
         "Sgnw "
         "Shaw Shrd Sidd Sind Sinh Sora Sund Sylo Syrc Syre Syrj Syrn Tagb Takr Tale Talu Taml Tang Tavt "
         "Telu "
         "Teng Tfng Tglg Thaa Thai Tibt Tirh Ugar Vaii Visp Wara Wole Xpeo Xsux Yiii Zinh Zmth Zsye Zsym "
         "Zxxx "
         "Zyyy Zzzz ";
}

std::string_view countries() {
  return "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
         "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
         "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
         "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
         "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
         "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
         "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
         "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK EU UK ";
}

}  // namespace tidings::subscriber
