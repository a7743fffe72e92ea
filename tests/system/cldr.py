"""Holds the words of every language against CLDR, read through Debian's PyICU: plural categories, months and weekdays inside dates, periods,
the time of day, lists, quotation marks, the language's own name, its direction. What differs on purpose is in DELIBERATE with its reason; an
entry that no longer differs fails too.

WRITE_STRINGS TEMPLATES (tests/support/write_strings.cpp) says what the program makes of templates/default/strings.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import unicodedata

import icu

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDER = TOP / "templates/default/strings"
LOCALES = {"en": "en-GB"}  # English is British here
RANGES = {"within_month": ((2026, 1, 5), (2026, 1, 11)), "within_year": ((2026, 1, 30), (2026, 2, 5)),
          "across_years": ((2025, 12, 30), (2026, 1, 5))}
QUOTES = set("\"'„“”«»‹›「」『』《》〈〉‚‘")
CALENDARS = "@calendar=gregorian;numbers=latn"

MILLION = "a million posts: needs its own form in CLDR ('un million de'), never in a newsletter"
FIRST = "the first of a month is written as an ordinal"
RANGE = "written as in a single date"
WEEKDAY = "the short weekday saves the width of a phone"
COMMA = "both are right; without a comma the weekday and the day stay together"
DELIBERATE = {
    ("es", "counts"): MILLION, ("fr", "counts"): MILLION, ("it", "counts"): MILLION, ("pt", "counts"): MILLION,
    ("fr", "day_one"): FIRST, ("it", "day_one"): FIRST, ("pt", "day_one"): FIRST,
    ("en", "heading"): COMMA, ("en", "post_date"): COMMA, ("es", "heading"): COMMA, ("es", "post_date"): COMMA,
    ("en", "short months"): "Sep has three letters like the others; so CLDR's American English",
    ("ar", "within_month"): RANGE, ("ar", "within_year"): RANGE, ("ar", "across_years"): RANGE,
    ("he", "within_year"): RANGE, ("he", "across_years"): RANGE,
    ("it", "within_month"): RANGE, ("it", "within_year"): RANGE, ("it", "across_years"): RANGE,
    ("ar", "three"): "newspapers write a comma and repeat no و",
    ("ja", "heading"): WEEKDAY, ("ja", "post_date"): WEEKDAY, ("zh", "post_date"): WEEKDAY, ("zh-hant", "post_date"): WEEKDAY,
    ("ja", "post_time"): "the bracket brings a blank of its own",
    ("zh", "heading"): "a blank keeps 日 and 星期日 apart",
    ("zh", "name"): "says which Chinese, beside the traditional one", ("zh-hant", "name"): "as the menus of Taiwan and Hong Kong say it",
    ("zh", "quotes"): "《》 mark the title of a publication", ("zh-hant", "quotes"): "《》 mark the title of a publication",
    ("fa", "three"): "CLDR's comma before the last item is English usage; editors in Iran write none",
    ("uk", "across_years"): "рр. after the last year alone would leave the first year without its mark",
}


def locale_of(tag):
    return icu.Locale.forLanguageTag(LOCALES.get(tag, tag))


def calendar_of(tag):
    return icu.Locale(locale_of(tag).getName() + CALENDARS)


def plain(text):
    """Without the kinds of blanks, dashes and waves that typographers argue about, and without marks of direction."""
    text = re.sub("[\u200e\u200f\u061c]", "", text)
    text = re.sub("[\u00a0\u202f\u2009]", " ", text)
    text = re.sub(" ?[~～〜] ?", "~", text)
    return re.sub(" ?[–—] ?", "–", text)


def small(text):
    """Headings begin with a capital."""
    return text[:1].lower() + text[1:]


def noon(year, month, day):
    return datetime.datetime(year, month, day, 12, tzinfo=datetime.timezone.utc).timestamp()


class Cldr:
    def __init__(self, tag):
        self.tag = tag
        self.locale = locale_of(tag)
        self.calendar = calendar_of(tag)
        self.generator = icu.DateTimePatternGenerator.createInstance(self.calendar)
        self.utc = icu.TimeZone.createTimeZone("UTC")

    def written(self, skeleton, moment):
        pattern = icu.SimpleDateFormat(self.generator.getBestPattern(skeleton), self.calendar)
        pattern.setTimeZone(self.utc)
        return pattern.format(moment)

    def joined(self, date, time):
        """A date and a time of day as they stand in a medium-sized pattern."""
        medium, short = icu.DateFormat.MEDIUM, icu.DateFormat.SHORT
        both = icu.DateFormat.createDateTimeInstance(medium, short, self.calendar).toPattern()
        alone = icu.DateFormat.createDateInstance(medium, self.calendar).toPattern()
        hours = icu.DateFormat.createTimeInstance(short, self.calendar).toPattern()
        return plain(both.replace(alone, date).replace(hours, time))

    def between(self, first, last):
        interval = icu.DateIntervalFormat.createInstance("yMMMMd", self.calendar)
        return interval.format(icu.DateInterval(noon(*first), noon(*last)))

    def listed(self, items):
        return icu.ListFormatter.createInstance(self.locale).format(items)

    def counts(self, numbers):
        rules = icu.PluralRules.forLocale(self.locale)
        return {number: rules.select(int(number)) for number in numbers}

    def names(self):
        own = icu.Locale.forLanguageTag(self.tag)
        return own.getDisplayName(own)

    def quotes(self):
        data = icu.LocaleData(self.locale.getName())
        return {data.getDelimiter(each) for each in range(4)}


def short_names(tag):
    """Of months and weekdays, Monday first: all that CLDR has for each place."""
    symbols = icu.DateFormatSymbols(calendar_of(tag))
    forms = (symbols.FORMAT, symbols.STANDALONE)
    months = [set(each) for each in zip(*(symbols.getMonths(form, symbols.ABBREVIATED) for form in forms))]
    weekdays = [set(each) for each in zip(*(symbols.getWeekdays(form, symbols.ABBREVIATED) for form in forms))]
    weekdays = weekdays[2:] + weekdays[1:2]
    return months, [each | {name.rstrip(".") for name in each} for each in weekdays]


def judge(tag, said, file):
    """(item, got, want) of each difference."""
    cldr = Cldr(tag)
    found = []

    def compare(item, got, want):
        if got != want:
            found.append((item, got, want))

    compare("language", said["language"], tag)
    compare("name", small(said["name"]), small(cldr.names()))
    letter = next(each for each in cldr.names() if each.isalpha())
    compare("direction", said["direction"], "rtl" if unicodedata.bidirectional(letter) in ("R", "AL") else "ltr")
    want = cldr.counts(said["counts"])
    for number, got in said["counts"].items():
        compare("counts", (number, got), (number, want[number]))
    day_one = file["formats"].get("day_one")
    compare("day_one", day_one or "1", "1")
    for day, got in said["days"].items():
        moment = noon(*map(int, day.split("-")))
        long = plain(cldr.written("yMMMMd", moment))
        spoken = plain(cldr.written("MMMMEEEEd", moment))
        if day_one and day.endswith("-01"):
            long, spoken = (re.sub(r"\b1\b", day_one, each) for each in (long, spoken))
        compare("date", plain(got["date"]), long)
        compare("same_day", plain(got["same_day"]), long)
        compare("heading", small(plain(got["heading"])), small(spoken))
        compare("post_date", plain(got["post_date"]), spoken)
    for month, got in enumerate(said["months"], 1):
        compare("months", plain(got), plain(cldr.written("yMMMM", noon(2026, month, 5))))
    for item, (first, last) in RANGES.items():
        compare(item, plain(said[item]), plain(cldr.between(first, last)))
    compare("time", said["time"].lstrip("0"), cldr.written("Hm", noon(2026, 1, 5) - 3 * 3600 + 300).lstrip("0"))
    compare("post_time", said["post_time"], cldr.joined(said["days"]["2026-01-05"]["post_date"], said["time"]))
    compare("two", said["two"], plain(cldr.listed(["A", "B"])))
    compare("three", said["three"], plain(cldr.listed(["A", "B", "C"])))
    compare("three", said["three_own"], plain(cldr.listed([said["name"]] * 3)))
    for item, word in (("before_i", "Isla"), ("before_hi", "Hijos"), ("before_hie", "Hielo")):
        compare("two", said[item], plain(cldr.listed(["A", word])))
    used = QUOTES & set("".join(file["t"].values()) + "".join(form for word in file["plural"].values() if word != file["plural"]["rule"]
                                                              for form in word.values()))
    if used - cldr.quotes():
        found.append(("quotes", sorted(used), sorted(cldr.quotes())))
    for table, names in zip(("months", "weekdays"), short_names(tag)):
        for got, wanted in zip(file[table]["short"], names):
            if got not in wanted:
                found.append(("short " + table, got, sorted(wanted)))
    return found


def main():
    program = os.environ.get("WRITE_STRINGS") or TOP / "build/release/write_strings"
    said = json.loads(subprocess.run([program, TOP / "templates"], check=True, capture_output=True).stdout)
    if sorted(said) != sorted(path.stem for path in FOLDER.glob("*.toml")):
        sys.exit("write_strings knows other languages than templates/default/strings")
    wrong, used = [], set()
    for tag in sorted(said):
        for item, got, want in judge(tag, said[tag], tomllib.loads((FOLDER / (tag + ".toml")).read_text(encoding="utf-8"))):
            if (tag, item) in DELIBERATE:
                used.add((tag, item))
            else:
                wrong.append("%s: %s: %r, CLDR: %r" % (tag, item, got, want))
    wrong += ["%s: %s: no longer differs from CLDR" % each for each in sorted(set(DELIBERATE) - used)]
    print("\n".join(wrong) or "%d languages agree with CLDR %s, but for %d things on purpose" % (len(said), icu.CLDR_VERSION if hasattr(
        icu, "CLDR_VERSION") else "of ICU " + icu.ICU_VERSION, len(used)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
