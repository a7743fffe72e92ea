"""The cases of the configuration: for each key two values, and what differs between them. See contract.py.

Here stand those of what is read, chosen and shown; the others in contract_relays.py and contract_services.py.
"""
import datetime
import email
import grp
import os
import re

import contract_hooks
import contract_relays
import contract_services
import contract_sources
from contract_world import AT, GARDEN, HARBOUR, PICTURE, Blog, Case, World, day, dropped, html, mail, once, order_of_titles, posts, raw_mail, said, setting
from tidings import TOP, Article, rss

# ---- store ------------------------------------------------------------------------------------------------------------


def database(world):
    """Who may read the database."""
    facts = next((world.fill().folder / "subscribers").glob("tidings.db")).stat()
    return "mode %o, group %d" % (facts.st_mode & 0o777, facts.st_gid)


def another_group():
    """A group that files may be given to."""
    mine = os.getegid()
    numbers = [each for each in os.getgroups() if each != mine] or [each.gr_gid for each in grp.getgrall() if each.gr_gid != mine]
    return grp.getgrgid(numbers[0]).gr_name


def pruned(days, *prepare):
    """What goes of the weekly edition and its posts so many days later."""
    def observe(world):
        world.lists["digest"].pop()
        world.fill().do("send", "weekly")
        for line in prepare:
            world.do(*line[0], input=line[1])
        return world.said("db", "prune", at=(datetime.datetime.fromisoformat(AT) + datetime.timedelta(days=days)).isoformat())
    return observe


LETTER = (("bounce", "ingest"), "From: a@b.example\nTo: news@example.org\nSubject: Hello\nMessage-ID: <1@b.example>\n\nHello\n")


# ---- sources ----------------------------------------------------------------------------------------------------------


def from_the_web(world):
    """What is collected of the first source when it is on a web server of this machine."""
    with Blog(world.folder) as blog:
        world.set("source.url", '"%s"' % blog.url("harbour.xml"))
        world.write_config()
        world.run("collect", "harbour")
        return "asked %d" % len(blog.asked)


PAGE = """<html><body><ul id="news"><li class="i"><a href="https://board.example/one"><b>One thing</b></a><i>2026-01-21</i><u>In short</u><img src="https://board.example/1.png"></li>
<li class="i"><a href="https://board.example/two"><b>Another thing</b></a><i>2026-01-22</i><u>Also short</u></li></ul>
<div id="old"><h4>2026-01-20</h4><p class="j"><a href="https://board.example/three"><b>Third thing</b></a></p></div></body></html>"""


CALENDAR = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1@dates.example", "DTSTART:20260203T170000Z", "SUMMARY:Regatta",
                         "END:VEVENT", "END:VCALENDAR", ""])


def page(**more):
    def prepare(world):
        world.write("page.html", PAGE)
        world.lists["source"] = [{"name": '"board"', "kind": '"page"', "url": '"file:page.html"', "site_url": '"https://board.example/"',
                                  "item_xpath": "'//li[@class=\"i\"]'", "title_xpath": "'.//b'", "link_xpath": "'.//a/@href'",
                                  "date_xpath": "'.//i'", **more}]
    return prepare


def stored(world):
    """All that is known of the posts."""
    world.run("collect")
    shown = [world.json("post", "show", each["id"])[0] for each in world.json("post", "list")]
    return "\n".join(sorted(str({key: value for key, value in each.items() if key not in ("id", "first_seen")}) for each in shown))


def folder_of_markdown(world):
    world.write("posts/one.md", "---\ntitle: One\ndate: 2026-01-21\n---\nText.\n")
    world.lists["source"] = [{"name": '"notes"', "kind": '"markdown"', "url": '"file:posts"', "site_url": '"https://notes.example/"'}]


def events_to_come(world):
    """A calendar beside the blogs, and a section of its events."""
    world.write("dates.ics", CALENDAR)
    world.lists["source"].append({"name": '"dates"', "kind": '"ical"', "url": '"file:dates.ics"'})
    world.set("digest.section.layout", '"events"')


def two_texts(world):
    """A feed that has a summary and the whole of its one post."""
    feed = rss("Harbour", [Article("Boat", "https://town.example/boat", day(22), day(22), "<p>The whole story.</p>")])
    world.write("harbour.xml", feed.replace("<content:encoded>", "<description>In short.</description><content:encoded>"))


def two_tags(world):
    world.write("harbour.xml", rss("Harbour", [Article("Boat", "https://town.example/boat", day(22), day(22), "<p>Boats.</p>", ("first", "second"))]))


def two_alike(world):
    """The garden's tulips are the harbour's pier, word for word and under another title."""
    story = "<p>The pier was opened today, with music and fish, and everybody who had waited for it for years came to see how it looks.</p>"
    pier, tulips = (Article(each.title, each.link, each.appears, each.published, story) for each in (HARBOUR[1], GARDEN[1]))
    world.write("harbour.xml", rss("Harbour", [HARBOUR[0], pier]))
    world.write("garden.xml", rss("Garden", [GARDEN[0], tulips]))


# ---- digests ----------------------------------------------------------------------------------------------------------


def dry_run(world):
    return world.fill().said("send", "weekly", "--dry-run")


def sent(world):
    return world.fill().said("send", "weekly")


def inline_pictures(world):
    """The mail of a blog whose picture is on a web server of this machine."""
    world.write("ferry.jpg", (TOP / "tests/data/demo/images/ferry.jpg").read_bytes())
    with Blog(world.folder) as blog:
        world.write("harbour.xml", rss("Harbour", HARBOUR).replace(PICTURE, blog.url("ferry.jpg")))
        for source in world.lists["source"]:
            source["allow_private_address"] = "true"
        world.set("source.url", '"%s"' % blog.url("harbour.xml"))
        return mail(world)


def reviewed(world):
    """What a run two hours after the draft does with it."""
    world.fill().run("send", "weekly")
    return world.said("send", "weekly", at="2026-01-26T10:10:00+02:00")


def archived(world):
    world.fill().do("send", "weekly")
    world.do("archive", "build", "site")
    return " ".join(sorted(world.files("site")))


def intro(**files):
    def prepare(world):
        for name, text in files.items():
            world.write(name + ".md", text)
    return prepare


def signed(world):
    world.write("intro.md", "Dear friends")
    world.set("digest.intro_file", '"intro.md"')


def signed_by():
    def prepare(world):
        signed(world)
        world.set("brand.editor", '"Maria Lind"')
    return prepare


def archive_page(world):
    world.fill().do("send", "weekly")
    world.do("archive", "build", "site")
    return "\n".join(each.decode() for name, each in world.files("site").items() if name.endswith(".html"))


def footnoted(world):
    world.write("harbour.xml", rss("Harbour", [Article("Boat", "https://town.example/boat", day(22), day(22), '<p>See <a href="https://town.example/plan">the plan</a>.</p>')]))


# ---- signatures -------------------------------------------------------------------------------------------------------


def keys(*pairs):
    """DKIM keys and what names them; another.pem is longer than key.pem."""
    def prepare(world):
        world.write("key.pem", (TOP / "tests/data/dkim/rsa.pem").read_bytes()).chmod(0o600)
        world.write("ed.pem", (TOP / "tests/data/dkim/ed.pem").read_bytes()).chmod(0o600)
        world.secret("another.pem", contract_relays.long_key())
        world.sections["dkim"] = {"domain": '"example.org"', "selector": '"s1"', "key_file": '"key.pem"'}
        setting(*pairs)(world)
    return prepare


def signatures(world):
    """Of each signature its domain and selector, and how long it is."""
    signed = email.message_from_bytes(raw_mail(world).octets).get_all("DKIM-Signature", [])
    tags = [dict(part.strip().split("=", 1) for part in re.sub(r"\s", "", each).split(";") if part) for each in signed]
    return "\n".join("d=%s s=%s %d characters" % (each["d"], each["s"], len(each["b"])) for each in tags)


# ---- the newsletter ---------------------------------------------------------------------------------------------------


def used_database(world):
    world.fill()
    return " ".join(name for name in world.files(".") if name.endswith(".db"))


NEWSLETTER = {
    "name": Case('"Harbour News"', '"Quay Post"', mail, in_b="Quay Post"),
    "from": Case('"Harbour News <news@example.org>"', '"Quay <quay@example.org>"', mail, in_b="From: Quay <quay@example.org>"),
    "reply_to": Case(None, '"desk@example.org"', mail, in_b="Reply-To: desk@example.org"),
    "editor": Case(None, '"chief@example.org"', dropped, setting(("digest.review", "true")), in_a="To: Harbour News <news@example.org>", in_b="To: chief@example.org"),
    "list_id": Case(None, '"letters.example.org"', mail, in_b="weekly.letters.example.org"),
    "postal_address": Case('"1 Quay Street"', '"2 Pier Road"', mail, in_b="2 Pier Road"),
    "public_url": Case('"https://news.example.org"', '"https://other.example.org/n"', mail, in_b="<https://other.example.org/n/"),
    "unsubscribe_mailto": Case(None, '"leave@example.org"', mail, in_b="mailto:leave@example.org"),
    "timezone": Case('"Europe/Athens"', '"America/New_York"', said("digest", "list")),
    "language": Case('"en"', '"de"', mail, in_b="weitere"),
}

def no_server(world):
    """A server that is not there is found out after the password was."""
    world.set("store.url", '"postgresql:///news?host=/nowhere"')
    world.secret("one", "first\n")
    world.environment["ONE_PASSWORD"] = "first"


STORE = {
    "path": Case('"subscribers/tidings.db"', '"other/list.db"', used_database, in_b="other/list.db"),
    "mode": Case('"0600"', '"0640"', database, in_a="mode 600", in_b="mode 640"),
    "group": Case(None, '"%s"' % another_group(), database),
    # What comes of them on a server that is there: postgresql.py.
    "url": Case('"postgresql:///news?host=/one"', '"postgresql:///news?host=/two"', said("collect"), in_a="/one", in_b="/two"),
    "schema": Case('"harbour"', '"garden"', said("collect"), no_server, in_a="schema harbour", in_b="schema garden"),
    "password_file": Case('"one"', '"two"', said("collect"), no_server, in_a="cannot connect", in_b="two"),
    "password_env": Case('"ONE_PASSWORD"', '"NONE_PASSWORD"', said("collect"), no_server, in_a="cannot connect", in_b="NONE_PASSWORD"),
    "password_command": Case('"cat one"', '"exit 3"', said("collect"), no_server, in_a="cannot connect", in_b="[store] password"),
    "keep_bodies": Case('"7d"', '"forever"', pruned(20), in_a="dropped the mails of weekly#1"),
    "keep_deliveries": Case('"35d"', '"forever"', pruned(50), in_a="added up the deliveries of weekly#1"),
    "keep_posts": Case('"70d"', '"forever"', pruned(100), in_a="dropped the texts of 4 posts"),
    "keep_log": Case('"35d"', '"forever"', pruned(50, LETTER), in_a="forgot 1 bounce mail"),
}

SOURCE = {
    "name": Case('"harbour"', '"port"', said("source", "list"), in_b="port"),
    "kind": Case('"auto"', '"page"', stored, in_a="New pier"),
    "url": Case('"file:harbour.xml"', '"file:garden.xml"', posts),
    "topics": Case(None, '["quay"]', order_of_titles, setting(("digest.topics", '["quay"]')), in_b="New pier"),
    "include": Case(None, '"piers"', order_of_titles, in_a="Bread is cheap"),
    "exclude": Case(None, '["category:sea"]', order_of_titles, in_a="New pier"),
    "content": Case('"summary"', '"full"', stored, two_texts, in_a="In short.", in_b="The whole story."),
    "max_entries": Case("1", "2000", posts, in_b="Bread is cheap"),
    "max_tags": Case("1", "50", stored, two_tags, in_b="second"),
    "max_bytes": Case('"1KiB"', '"15MiB"', posts, in_b="Bread is cheap"),
    "strip_parameters": Case(None, '["ref"]', posts, in_a="ref=mine"),
    "allow_private_address": Case("false", "true", from_the_web, in_a="asked 0", in_b="asked 1"),
    "weight": Case("0", "-9", order_of_titles, setting(("digest.order", '"weight"'))),
    "command": Case('["cat", "harbour.xml"]', '["cat", "garden.xml"]', posts,
                    lambda world: (world.set("source.url", None), world.set("source.kind", '"command"'))),
    "item_xpath": Case("'//li[@class=\"i\"]'", "'//p[@class=\"j\"]'", stored, page(), in_b="Third thing"),
    "title_xpath": Case("'.//b'", "'.//u'", stored, page(), in_b="In short"),
    "link_xpath": Case("'.//a/@href'", "'.//img/@src'", stored, page(), in_b="1.png"),
    "date_xpath": Case("'.//i'", "'.//u'", stored, page(), in_a="2026-01-21"),
    "excerpt_xpath": Case(None, "'.//u'", stored, page(), in_b="In short"),
    "image_xpath": Case(None, "'.//img/@src'", stored, page(), in_b="1.png"),
    "date_heading_xpath": Case(None, "'//h4'", stored, page(item_xpath="'//p[@class=\"j\"]'", date_xpath="''"), in_b="2026-01-20"),
    "site_url": Case('"https://a.example/"', '"https://b.example/"', posts, folder_of_markdown, in_b="https://b.example/"),
    "permalinks": Case(None, '"/:year/:month/:slug/"', posts, folder_of_markdown, in_a="https://notes.example/one/", in_b="https://notes.example/2026/01/one/"),
}

DIGEST = {
    "name": Case('"weekly"', '"sunday"', said("digest", "list"), in_b="sunday"),
    "title": Case('"The week"', '"Seven days"', mail, in_b="Seven days"),
    "list_id": Case(None, '"w.lists.example.org"', mail, in_b="w.lists.example.org"),
    "schedule": Case('"weekly monday 08:00"', '"monthly 1 08:00"', dry_run),
    "sources": Case('["harbour"]', '["garden"]', order_of_titles, in_b="Roses"),
    "topics": Case(None, '["food"]', order_of_titles, in_b="Bread is cheap"),
    "include": Case(None, '"category:food"', order_of_titles, in_a="New pier", in_b="Bread is cheap"),
    "exclude": Case(None, '["category:sea"]', order_of_titles, in_a="New pier"),
    "min_posts": Case("1", "9", dry_run),
    "max_posts": Case("10", "1", order_of_titles),
    "near_duplicates": Case('"join"', '"keep"', order_of_titles, two_alike, in_b="Tulips"),
    "max_per_source": Case('"fair"', "1", order_of_titles),
    "overflow": Case('"wait"', '"list"', order_of_titles, setting(("digest.max_posts", "1")), in_b="Roses"),
    "max_age": Case(None, '"4d"', order_of_titles, in_a="Bread"),
    "group_by": Case('"day"', '"source"', mail, in_a="Garden · Friday 23 January", in_b="== Garden =="),
    "order": Case('"newest"', '"oldest"', order_of_titles),
    "content": Case('"excerpt"', '"title"', mail, in_a="Cheap bread"),
    "excerpt_words": Case("60", "10", mail),
    "subject": Case(None, '"Week {{edition_number}}"', mail, in_b="Subject: Week 1"),
    "preheader": Case(None, '"Look inside"', mail, in_b="Look inside"),
    "intro_file": Case(None, '"intro.md"', mail, intro(intro="Dear *friends*"), in_b="friends"),
    "intro_once": Case(None, '"today.md"', mail, intro(today="Only *today*"), in_b="Only"),
    "theme": Case('"default"', '"plain"', html),
    "archive": Case("true", "false", archived),
    "review": Case("false", "true", sent),
    "on_source_error": Case('"send"', '"hold"', sent, setting(("source.url", '"file:gone.xml"'))),
    "images": Case('"link"', '"inline"', inline_pictures, in_b="PART image/jpeg"),
    "measure_images": Case("true", "false", inline_pictures, setting(("digest.sources", '["harbour"]')), in_a='width="520" height="'),
    "image_limit": Case('"256KiB"', '"60B"', inline_pictures, setting(("digest.images", '"inline"')), in_a="PART image/jpeg"),
    "images_limit": Case('"1MiB"', '"60B"', inline_pictures, setting(("digest.images", '"inline"')), in_a="PART image/jpeg"),
    "contents": Case('"never"', '"always"', mail, in_b="In this issue:"),
    "at_least_every": Case('"15m"', '"24h"', said("digest", "list"), setting(("digest.schedule", '"every post"')), in_b="at most every"),
    "from": Case(None, '"The Cook <food@example.org>"', mail, in_a="From: Harbour News", in_b="From: The Cook <food@example.org>"),
    "reply_to": Case(None, '"cook@example.org"', mail, in_b="Reply-To: cook@example.org"),
    "expires": Case(None, '"7d"', mail, in_b="Expires: "),
    "forwarded": Case("true", "false", mail, in_a="Was this forwarded to you?"),
    "reading_time": Case("false", "true", mail, in_b="1\u00a0min"),
    "campaign": Case('"off"', '"utm"', mail, in_b="utm_campaign=weekly-1"),
    "text_links": Case('"none"', '"footnotes"', mail, footnoted, in_b="[1] https://town.example/plan"),
    "review_until": Case(None, '"1h"', reviewed, setting(("digest.review", "true"))),
    "unapproved": Case('"hold"', '"send"', reviewed, setting(("digest.review", "true"), ("digest.review_until", '"1h"'))),
}

SECTION = {
    "title": Case('"Elsewhere"', '"Beyond the quay"', mail, in_a="== Elsewhere ==", in_b="== Beyond the quay =="),
    "sources": Case('["harbour"]', '["garden"]', mail, setting(("digest.section.title", '"Apart"'))),
    "topics": Case(None, '["food"]', mail, setting(("digest.section.title", '"Apart"'))),
    "max_posts": Case('"none"', "1", mail, setting(("digest.section.title", '"Apart"'))),
    "layout": Case('"usual"', '"links"', html, in_b=">town.example</span>"),
    "days": Case("14", "1", mail, events_to_come, in_a="* Regatta"),
}

BRAND = {
    "logo": Case(None, '"https://town.example/logo.png"', html, in_b="https://town.example/logo.png"),
    "logo_dark": Case(None, '"https://town.example/night.png"', html, setting(("brand.logo", '"https://town.example/logo.png"')), in_b="https://town.example/night.png"),
    "accent": Case('"#0a5a70"', '"#7a1f3d"', html, in_a="color:#0a5a70", in_b="color:#7a1f3d"),
    "heading_font": Case(None, '"Charter, Georgia"', html, in_b="font-family:Charter,Georgia,"),
    "body_font": Case(None, '"Avenir Next"', html, in_b="font-family:Avenir Next,"),
    "tagline": Case(None, '"News from the quay"', html, in_b="News from the quay"),
    "editor": Case(None, '"Maria Lind"', html, signed, in_b="Maria Lind"),
    "portrait": Case(None, '"https://town.example/maria.jpg"', html, signed_by(), in_b="https://town.example/maria.jpg"),
    "links": Case(None, '["Mastodon https://social.example/@town"]', html, in_b='href="https://social.example/@town"'),
    "footer": Case(None, '"ISSN 1234-5679"', html, in_b="ISSN 1234-5679"),
    "social_card": Case(None, '"https://town.example/card.png"', archive_page, in_b='property="og:image" content="https://town.example/card.png"'),
}

DKIM = {
    "domain": Case('"example.org"', '"mail.example.org"', signatures, keys(("newsletter.from", '"news@mail.example.org"')),
                   in_a="d=example.org", in_b="d=mail.example.org"),
    "selector": Case('"s1"', '"s2"', signatures, keys(), in_a="s=s1", in_b="s=s2"),
    "key_file": Case('"key.pem"', '"another.pem"', signatures, keys(), in_a="344 characters", in_b="512 characters"),
    "ed25519_selector": Case('"e1"', '"e2"', signatures, keys(("dkim.ed25519_key_file", '"ed.pem"')), in_a="s=e1", in_b="s=e2"),
    "ed25519_key_file": Case(None, '"ed.pem"', signatures, keys(("dkim.ed25519_selector", '"e1"')), in_b="s=e1 88 characters"),
    "signed_by_relay": Case("false", "true", sent, setting(("smtp.url", '"smtp://192.0.2.1:587"'), ("smtp.connect_timeout", '"100ms"')),
                            in_a="exit 78", in_b="exit 69"),
}


def section(name, cases):
    return {"%s.%s" % (name, key): case for key, case in cases.items()}


CASES = {
    **section("newsletter", NEWSLETTER),
    **section("store", STORE),
    **section("source", SOURCE),
    **section("brand", BRAND),
    **section("digest.section", SECTION),
    **section("digest", DIGEST),
    **section("dkim", DKIM),
    "archive.epub": Case("false", "true", archived, in_b="weekly/1.en.epub"),
    "archive.url": Case(None, '"https://old.example.org/mails"', mail, in_b="https://old.example.org/mails"),
    **section("hooks", contract_hooks.HOOKS),
    **contract_relays.CASES,
    **contract_services.CASES,
    **contract_sources.CASES,
}
