"""A newsletter of thirteen posts as different as posts are: what the look of a mail is judged by.

Long titles, no picture, portrait and chart, podcast, quote, list, code, table, German, Arabic, Japanese, a post without a title. render()
gives the HTML and the text of its mail, through the real binary; draw() makes the pictures that it shows.
"""
import datetime
import html
import os
import re
import struct
import zlib

from tidings import Home

UTC = datetime.timezone.utc
NOW = datetime.datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
MONDAY = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
THEMES = ("default", "magazine", "compact", "plain")

PIER = ('<p>The pier at the east quay reopens on Saturday, nine months after the storm took its last forty metres. The new planks are larch from the '
        'hills behind the town; the old iron stays, scraped and painted in the grey that nobody asked for and everybody now likes.</p>'
        '<p><img src="https://pictures.example/pier.png" alt="The pier in the morning, seen from the ferry" width="1200" height="800"></p>'
        "<p>There will be soup at noon. Children may hang the first lanterns, and the harbour band plays until the tide turns. The council asks "
        "everybody to come on foot, for the road behind the fish hall is still closed to cars.</p><p>The second half of the work, the landing "
        "stage for the island boat, begins in March and should be done before the summer timetable.</p>")
COUNCIL = ("<p>After four hours the council agreed on one thing only: that it will meet again. The question was simple. The answer was not.</p>"
           "<blockquote><p>We are not against the bridge. We are against a bridge that ends in somebody's garden.</p></blockquote>"
           "<p>The planners now have until April to find another end for it.</p><p>More on this in the minutes.</p>")
PORTRAIT = ('<p><img src="https://pictures.example/portrait.png" alt="Ida Moreau at her bench, a violin in her hands" width="600" height="900"></p>'
            "<p>Ida Moreau has made forty-one violins in thirty years, and can say of each who plays it now. The one on her bench is the "
            "forty-second; it goes to a girl of eleven who does not know it yet.</p>")
CHART = ('<p>January was warmer than any since the harbour began to write it down in 1884.</p><p><img src="https://pictures.example/chart.png" '
         'alt="A chart: water temperature from 1884 to 2026, rising from 4.1 to 6.8 degrees" width="1200" height="600"></p>'
         "<p>The mean of the water was 6.8 degrees; the herring came three weeks early.</p>")
LIST = ("<p>Before you take the boat out for the first time this year, look at these:</p><ul><li>the bilge pump, by hand and by switch</li>"
        "<li>flares, whose date is on the handle</li><li>lines, where they run over metal</li><li>the radio, with a call to the harbour office "
        "on channel 11</li><li>life jackets: the cartridge, the seams, the light</li></ul><p>Ten minutes, and you sleep better.</p>")
CODE = ("<p>The tide table of the harbour is now a file that a program can read. This prints the next high water:</p>"
        "<pre><code>curl -s https://tides.example/east-quay.csv |\n  awk -F, '$3 == \"high\" &amp;&amp; $1 &gt; now { print $1, $2 \" m\"; exit }' now=\"$(date +%FT%R)\"\n"
        "</code></pre><p>Times are those of the quay, summer time included.</p>")
TABLE = ("<p>From Monday the island boat keeps its winter prices and its winter hours:</p><table><thead><tr><th>Day</th><th>First</th><th>Last</th>"
         "<th>Fare</th></tr></thead><tbody><tr><td>Mon–Fri</td><td>06:40</td><td>20:10</td><td>€4.20</td></tr><tr><td>Sat</td><td>07:30</td>"
         "<td>21:40</td><td>€4.20</td></tr><tr><td>Sun</td><td>09:00</td><td>18:20</td><td>€3.10</td></tr></tbody></table>"
         "<p>Bicycles ride free until Easter.</p>")
GERMAN = ("<p>Die Donaudampfschifffahrtsgesellschaft hat ihr Winterlager geöffnet: Wer mag, kann am Sonntag zwischen zehn und vier die alte „Elisabeth“ "
          "besichtigen, vom Kesselraum bis zur Kommandobrücke. Der Eintritt ist frei, festes Schuhwerk wird empfohlen.</p>")
ARABIC = ("<p>افتتح الصيادون سوقهم الجديد قرب الميناء صباح السبت، وجاء الناس من القرى المجاورة قبل شروق الشمس. يقول أبو سالم إن السمك هذا العام أكثر "
          "من العام الماضي، وإن الأسعار ستبقى كما هي حتى نهاية الشتاء.</p>")
JAPANESE = ("<p>港の朝市は来月から毎週日曜日に開かれます。新鮮な魚と野菜のほか、地元の職人が作った器や布も並びます。雨の日も屋根の下で続けるので、どうぞお越しください。</p>")
TOOT = "<p>Fog so thick this morning that the ferry rang its bell all the way across. Nobody was late, because nobody could see the clock.</p>"


def posts():
    """(source, language, title, link, hours before NOW, body, enclosure)"""
    return [
        ("Harbour Notes", "en", "The pier reopens on Saturday, nine months after the storm", "https://harbour.example/pier", 20, PIER, ""),
        ("Council Watch", "en", "Four hours, two adjournments and not one vote: what the council's longest evening of the winter says about the bridge that "
         "everybody wants and nobody will have behind the house", "https://council.example/bridge", 26, COUNCIL, ""),
        ("Harbour Notes", "en", "Forty-one violins", "https://harbour.example/violins", 30, PORTRAIT, ""),
        ("Weather Desk", "en", "The warmest January in the book", "https://weather.example/january", 44, CHART, ""),
        ("Radio Quay", "en", "Episode 58: The lighthouse keeper's last winter", "https://radio.example/58", 50,
         "<p>Three storms, one cat and four hundred tins of peaches. Nils kept the light on the outer rock until the day it was switched to run by itself.</p>",
         '<enclosure url="https://radio.example/58.mp3" type="audio/mpeg" length="1000"/><itunes:duration>2520</itunes:duration>'),
        ("Harbour Notes", "en", "", "https://harbour.example/notes/fog", 52, TOOT, ""),
        ("Harbour Notes", "en", "Five things to look at before the first trip", "https://harbour.example/first-trip", 68, LIST, ""),
        ("Quay Code", "en", "Tide tables for machines", "https://code.example/tides", 74, CODE, ""),
        ("Harbour Notes", "en", "Winter hours of the island boat", "https://harbour.example/boat", 78, TABLE, ""),
        ("Donaubote", "de", "Donaudampfschifffahrtsgesellschaftskapitänsmütze wiedergefunden: Winterlager öffnet am Sonntag", "https://donau.example/lager", 92, GERMAN, ""),
        ("أخبار الميناء", "ar", "سوق السمك الجديد يفتح أبوابه", "https://mina.example/souq", 98, ARABIC, ""),
        ("港だより", "ja", "港の朝市、来月から毎週日曜日に", "https://minato.example/asaichi", 102, JAPANESE, ""),
        ("Weather Desk", "en", "Gale warning lifted", "https://weather.example/gale", 116, "", ""),
    ]


def feeds():
    """{file name: RSS}, one for each source."""
    out = {}
    for source, language, title, link, hours, body, enclosure in posts():
        key = re.sub("^https://|\\.example.*$", "", link)
        at = (NOW - datetime.timedelta(hours=hours)).strftime("%a, %d %b %Y %H:%M:%S %z")
        head = ('<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">'
                "<channel><title>%s</title><link>https://%s.example/</link><description/><language>%s</language>" % (source, key, language))
        item = "<item>%s<link>%s</link><pubDate>%s</pubDate>%s%s<guid>%s</guid></item>" % (
            "<title>%s</title>" % html.escape(title) if title else "", link, at,
            "<content:encoded><![CDATA[%s]]></content:encoded>" % body if body else "", enclosure, link)
        out.setdefault(key, (source, [head]))[1].append(item)
    return {key: (source, "".join(parts) + "</channel></rss>") for key, (source, parts) in out.items()}


INTRO = "Good morning. Bring a scarf on Saturday, and read the piece about the violins first.\n"


def fill(home, theme="default", language="en", digest="", config=""):
    """Feeds, configuration and an introduction; a first edition has been long ago."""
    home.now = NOW
    if os.environ.get("TEMPLATES"):  # of the working tree, before they are built in
        (home.folder / "templates").symlink_to(os.environ["TEMPLATES"])
    home.write("intro.md", INTRO)
    sources = []
    for key, (source, text) in feeds().items():
        home.write(key + ".xml", text)
        sources.append('[[source]]\nname = "%s"\nurl = "file:%s.xml"\n' % (key, key))
    path = home.configure(sources=sources, digests='[[digest]]\nname = "weekly"\ntitle = "Harbour Weekly"\nschedule = "weekly monday 08:00"\ntheme = "%s"\n'
                          '%s\n[archive]\nurl = "https://news.example.org/archive"\n%s' % (theme, digest, config))
    path.write_text(path.read_text(encoding="utf-8").replace('language = "en"', 'language = "%s"' % language), encoding="utf-8")


def render(theme="default", language="en", digest='intro_file = "intro.md"\n', config=""):
    """(HTML, text) of the mail."""
    with Home() as home:
        fill(home, theme, language, digest, config)
        home.do("preview", "weekly", "--to", "out")
        return tuple((home.folder / "out" / (language + end)).read_text(encoding="utf-8") for end in (".html", ".txt"))


def png(width, height, colour):
    """colour(x, y) from 0 to 1 each gives (red, green, blue)."""
    rows = b"".join(b"\0" + b"".join(bytes(colour(x / width, y / height)) for x in range(width)) for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) +
            chunk(b"IEND", b""))


def pier(x, y):
    if 0.62 < y < 0.66 and x > 0.25 or (y > 0.6 and x > 0.25 and x * 14 % 1 < 0.12 and y < 0.86):
        return 62, 54, 50
    if (x - 0.3) ** 2 * 2.2 + (y - 0.36) ** 2 < 0.006:
        return 250, 226, 178
    return (226 - int(70 * y), 196 - int(30 * y), 180 + int(20 * y)) if y < 0.55 else (96, 128 - int(60 * (y - 0.5)), 150 - int(70 * (y - 0.5)))


def portrait(x, y):
    if (x - 0.5) ** 2 * 2.4 + (y - 0.3) ** 2 * 3.2 < 0.055:
        return 214, 172, 142
    if y > 0.48 and abs(x - 0.5) < 0.2 + (y - 0.48) * 0.5:
        return 54, 78, 92
    return 176 - int(60 * y), 150 - int(60 * y), 120 - int(50 * y)


def chart(x, y):
    years = [0.2, 0.3, 0.18, 0.35, 0.3, 0.42, 0.38, 0.5, 0.46, 0.62, 0.7, 0.82]
    at = int(x * len(years))
    if x * len(years) % 1 > 0.25 and 1 - y < years[at] * 0.9 + 0.05 and y < 0.95:
        return (198, 84, 60) if at == len(years) - 1 else (120, 160, 182)
    return (225, 225, 222) if y * 5 % 1 < 0.012 else (250, 249, 246)


def draw(folder):
    """The pictures of the posts, small."""
    for name, size, colour in (("pier", (300, 200), pier), ("portrait", (200, 300), portrait), ("chart", (400, 200), chart),
                               ("logo", (64, 64), lambda x, y: (10, 90, 112) if (x - .5) ** 2 + (y - .5) ** 2 < .24 else (255, 254, 252)),
                               ("editor", (96, 96), portrait)):
        (folder / (name + ".png")).write_bytes(png(*size, colour))


def local(text, folder):
    """The mail with its pictures at hand; with folder None, images are off."""
    place = "file://%s/" % folder if folder else "file:///nowhere/"
    text = text.replace("https://pictures.example/", place)
    for mark in ("\x02", "\x03"):
        text = text.replace(mark, "")
    return text


if __name__ == "__main__":
    print(len(render(os.environ.get("THEME", "default"))[0]))
