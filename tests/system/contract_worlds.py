"""Worlds in which the cases of the command line begin: each is made once and copied for every case. See contract_commands.py."""
import atexit
import copy
import shutil
import sqlite3

import old_store
from contract_world import ADA, AT, BEN, GARDEN, HARBOUR, World, day
from smtp_server import Rule, SmtpServer
from tidings import TOP, Article, atom, rss

EARLY = "2026-01-26T05:30:00+02:00"     # before either digest is due
TOO_LATE = "2026-01-28T12:00:00+02:00"  # 52 hours after the weekly one was due
SOON = "2026-01-26T08:30:00+02:00"
NEW = "new@example.org"

# ---- worlds in which a case begins: made once, copied for each case ---------------------------------------------------


def bare(world):
    world.write_config()


def filled(world):
    bare(world)
    world.do("subscriber", "import", "list.csv", "--digest", "weekly", "--confirmed")


def collected(world):
    filled(world)
    world.do("collect", at=EARLY)


def composed(world):
    collected(world)
    world.do("compose", "weekly")


def sent(world):
    collected(world)
    world.do("send", "weekly")


def pinned(world):
    collected(world)
    world.do("post", "pin", "2")


def hidden(world):
    collected(world)
    world.do("post", "hide", "2")


def many(world):
    """Too many readers to be mailed in a millisecond."""
    bare(world)
    world.write("many.csv", "email\n" + "".join("r%04d@example.org\n" % each for each in range(2000)))
    world.do("subscriber", "import", "many.csv", "--digest", "weekly", "--confirmed")
    world.do("collect", at=EARLY)


def many_composed(world):
    many(world)
    world.do("compose", "weekly")


def many_segments(world):
    """36 of them: twelve languages, three topics."""
    collected(world)
    world.write("choices.csv", "email,language,topics\n" + "".join(
        "%s.%s@example.org,%s,%s\n" % (language, topic, language, topic) for topic in ("sea", "food", "flowers")
        for language in ("ar", "de", "el", "en", "es", "fr", "it", "ja", "pt", "ru", "tr", "zh")))
    world.do("subscriber", "import", "choices.csv", "--digest", "weekly", "--confirmed", at=EARLY)


def paused(world):
    collected(world)
    world.said("subscriber", "pause", ADA, "--until", "2026-02-20")


def both(world):
    """Readers of both digests, and a post that is young enough for the daily one."""
    world.write("garden.xml", atom("Garden", [*GARDEN, Article("Fresh", "https://garden.example/fresh", day(25, 18), day(25, 18), "<p>Fresh.</p>")]))
    world.lists["digest"][1]["title"] = '"The day"'
    bare(world)
    world.do("subscriber", "import", "list.csv", "--digest", "weekly", "--digest", "daily", "--confirmed")
    world.do("collect", at=EARLY)


def both_composed(world):
    both(world)
    world.do("compose", "--due")


def both_sent(world):
    both(world)
    world.do("send", "--due")


def drafts(world):
    for digest in world.lists["digest"]:
        digest["review"] = "true"
    world.set("newsletter.editor", '"chief@example.org"')
    world.write("intro.md", "Dear *friends*\n")
    both(world)
    world.do("send", "--due")


def pending(world):
    collected(world)
    for each in (NEW, "other@example.org"):
        world.do("subscriber", "add", each, "--digest", "weekly", "--digest", "daily")


def chosen(world):
    """Ada has chosen a topic and German."""
    both(world)
    world.do("subscriber", "set", ADA, "--topic", "sea", "--language", "de")


def suppressed(world):
    collected(world)
    world.do("suppression", "add", BEN)
    world.do("suppression", "add", "@bad.test")


def sent_and_suppressed(world):
    signed(world)
    sent(world)
    world.do("suppression", "add", "@bad.test")


def flooded(world):
    """A blog that brings fifteen old posts at once after it had been read."""
    collected(world)
    old = [Article("Old %02d" % each, "https://town.example/old%d" % each, day(1), day(each + 1), "<p>Old.</p>") for each in range(15)]
    world.write("harbour.xml", rss("Harbour", [*old, *HARBOUR]))
    world.do("collect", at=AT)


def refused(world, *rules, wanted=(0, 69, 75)):
    collected(world)
    with SmtpServer(rules=rules) as server:
        world.set("smtp.tls", '"off"')
        world.set("smtp.connections", "1")
        world.set("smtp.window", "1")
        world.with_relay(server)
        done = world.run("send", "weekly")
    assert done.returncode in wanted, done
    world.set("smtp.url", '"drop:out"')
    world.write_config()


def deferred(world):
    """Ada's mail waits, Ben's has failed."""
    refused(world, Rule("rcpt", "451 4.2.0 mailbox busy", to=ADA), Rule("rcpt", "550 5.1.1 user unknown", to=BEN))


def all_deferred(world):
    refused(world, Rule("rcpt", "451 4.2.0 mailbox busy"))


def in_doubt(world):
    world.set("delivery.in_doubt", '"hold"')
    refused(world, Rule("dot", "keep-close"))


def asks_city(world):
    """With a field of its own."""
    world.set("field.name", '"city"')
    collected(world)


def lists_to_import(world):
    collected(world)
    world.write("more.csv", "email,name\n%s,Newman\n" % NEW)
    world.write("other.csv", "email,name\nother@example.org,Otto\n")
    world.write("odd.csv", "email,Kundenname\n%s,Newman\n" % NEW)
    world.write("bars.csv", "email|name,first\n%s|Newman\n" % NEW)
    world.write("latin.csv", ("email,name\n%s,J\u044crgen\n" % NEW).encode("windows-1251"))
    world.write("status.csv", "email,Consent state\n%s,unknown\n" % NEW)
    world.write("bad.csv", "email,name\n%s,Newman\nnobody,Bad\n" % NEW)
    world.write("cut.csv", 'email,name\n%s,Newman\nother@example.org,"never closed\n' % NEW)


def shrunken(command):
    """A list that has lost three of its four since the last sync."""
    def act(world):
        world.write("club.csv", "email\n" + "".join("m%d@example.org\n" % each for each in range(4)))
        world.do("subscriber", "sync", "club.csv")
        world.write("club.csv", "email\nm0@example.org\n")
        return world.said(*command.split())
    return act


def shown_elsewhere(world):
    world.set("web.embed_origins", '["https://club.example"]')
    collected(world)


def mails_back(world):
    sent(world)
    report = (TOP / "tests/data/bounce").rglob("*.eml")
    world.write("report.eml", sorted(report)[0].read_bytes())
    world.write("box.mbox", "From x Mon Jan 26 09:00:00 2026\n" + A_LETTER.replace("\r", ""))
    for folder in ("in", "elsewhere"):
        for part in ("new", "cur", "tmp"):
            (world.folder / folder / part).mkdir(parents=True)
    world.write("in/new/1.mail", A_LETTER)
    world.set("bounce.address", '"back@example.org"')
    world.write_config()


A_LETTER = "From: Somebody <who@example.net>\nTo: news@example.org\nSubject: hello\nMessage-ID: <w@example.net>\n\nA word.\n"


def templates(world):
    bare(world)
    world.write("page.mustache", "<b>{{name}}</b>{{> part}}\n")
    world.write("other.mustache", "other {{name}}\n")
    world.write("data.json", '{"name": "Ada & Ben"}')
    world.write("more.json", '{"name": "Cara"}')
    world.write("parts/part.mustache", "a part")


def signed(world):
    bare(world)
    world.do("dkim", "keygen", "key.pem", "--ed25519")
    world.set("dkim.domain", '"example.org"')
    world.set("dkim.ed25519_selector", '"e1"')
    world.set("dkim.ed25519_key_file", '"key.pem"')
    bare(world)


def old_database(world):
    """As the first version of the program left it."""
    bare(world)
    path = world.folder / "subscribers/tidings.db"
    path.parent.mkdir()
    old_store.build(path, 1)


def backed_up(world):
    collected(world)
    world.do("db", "backup", "copy.db")
    for each in (world.folder / "subscribers").iterdir():
        each.unlink()
    world.write("config.toml", (world.folder / "config.toml").read_text(encoding="utf-8"))


def moved(world):
    """The database of another place."""
    composed(world)


MODELS = {}


@atexit.register
def remove_models():
    for model in MODELS.values():
        shutil.rmtree(model.folder, ignore_errors=True)


def begin(world, prepare):
    """Makes `world` a copy of the one that `prepare` makes."""
    if prepare not in MODELS:
        MODELS[prepare] = World()
        prepare(MODELS[prepare])
        if prepare is not moved:
            forget_the_place(MODELS[prepare].folder / "subscribers/tidings.db")
    model = MODELS[prepare]
    shutil.copytree(model.folder, world.folder, dirs_exist_ok=True)
    world.sections, world.lists = copy.deepcopy(model.sections), copy.deepcopy(model.lists)


def forget_the_place(path):
    """A copy of a database may not send; one that has not been sent from may."""
    if not path.exists():
        return
    with sqlite3.connect(path) as database:
        if database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'facts'").fetchone()[0]:
            database.execute("DELETE FROM facts WHERE name = 'instance'")
    database.close()
