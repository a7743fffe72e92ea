"""--json: every command prints what docs/json.md says, one object a line, and errors are objects too."""
import json
import re
import shlex
import unittest

from contract_commands import ADDS, IMPORT, VERBS, article, opml
from contract_world import ADA, BEN, World
from contract_worlds import (EARLY, NEW, SOON, TOO_LATE, backed_up, bare, begin, both_sent, collected, composed, deferred, drafts,
                             filled, flooded, in_doubt, lists_to_import, mails_back, moved, pending, sent, sent_and_suppressed,
                             signed, suppressed, templates)
from tidings import TOP

LINES = {
    "init": ("init new", bare), "collect": ("collect", filled), "compose": ("compose --due", collected), "deliver": ("deliver", composed),
    "send": ("send weekly", filled), "preview": ("preview weekly --to x", collected), "test": ("test weekly me@example.org", collected),
    "run": ("run --until " + SOON, filled), "rehearse": ("rehearse --until " + SOON, filled), "report": ("report weekly", deferred),
    "status": ("status", deferred), "doctor": ("doctor", collected), "source list": ("source list", collected),
    "source check": ("source check", filled), "source import": ("source import list.opml", opml),
    "source export": ("source export", lambda world: (world.set("source.url", '"https://blog.example/feed"'), bare(world))),
    "feed parse": ("feed parse harbour.xml", bare), "feed article": ("feed article article.html", article),
    "html sanitize": ("html sanitize", bare), "html text": ("html text", bare), "post list": ("post list", collected),
    "post show": ("post show 3", collected), "post add": (ADDS, collected), "post release": ("post release --source harbour", flooded),
    "post hide": ("post hide 1", collected), "post unhide": ("post unhide 1", collected), "post pin": ("post pin 1", collected),
    "post unpin": ("post unpin 1", collected), "digest list": ("digest list", collected), "edition list": ("edition list", both_sent),
    "edition show": ("edition show weekly", sent), "edition edit": ("edition edit weekly --drop 3", drafts),
    "edition approve": ("edition approve weekly", drafts), "edition cancel": ("edition cancel weekly", composed),
    "edition export": ("edition export weekly --markdown x.md", sent), "archive build": ("archive build site", sent), "subscriber add": ("subscriber add " + NEW, collected),
    "subscriber list": ("subscriber list", pending), "subscriber show": ("subscriber show " + BEN, lambda world: (suppressed(world), world.do("send", "weekly"))),
    "subscriber set": ("subscriber set %s --name Zoe" % ADA, collected), "subscriber confirm": ("subscriber confirm " + NEW, pending),
    "subscriber pause": ("subscriber pause " + ADA + " --until 2026-03-01", collected), "subscriber resume": ("subscriber resume " + ADA, collected),
    "subscriber reconfirm": ("subscriber reconfirm --confirmed-before 2026-01-20 --dry-run", collected),
    "subscriber unsubscribe": ("subscriber unsubscribe " + ADA, collected), "subscriber erase": ("subscriber erase " + ADA, collected),
    "subscriber import": (IMPORT, lists_to_import), "subscriber sync": ("subscriber sync more.csv", lists_to_import), "subscriber export": ("subscriber export", suppressed), "keys rotate": ("keys rotate", collected),
    "suppression list": ("suppression list", suppressed), "suppression add": ("suppression add x@example.org", collected),
    "suppression remove": ("suppression remove " + BEN, suppressed), "delivery list": ("delivery list", deferred),
    "delivery retry": ("delivery retry weekly", deferred), "delivery resolve": ("delivery resolve weekly --sent", in_doubt),
    "bounce parse": ("bounce parse report.eml", mails_back), "bounce ingest": ("bounce ingest --maildir in", mails_back),
    "template check": ("template check plain", bare), "template render": ("template render page.mustache --data data.json", templates),
    "dkim keygen": ("dkim keygen own.pem", bare), "dkim record": ("dkim record", signed), "config show": ("config show", bare),
    "config check": ("config check", collected), "db check": ("db check", collected), "db backup": ("db backup copy.db", collected),
    "db prune": ("db prune --dry-run", collected), "db restore": ("db restore copy.db", backed_up), "db migrate": ("db migrate", collected), "db adopt": ("db adopt", moved),
    "db copy": ("db copy subscribers/tidings.db other.db", collected),
    "completion": ("completion fish", bare), "commands": ("commands", bare),
}
APART = {"serve", "cgi"}  # they do not end by themselves, or answer a web server
CONDITIONAL = {"events[]", "reporter", "message_id", "recipients[].original", "feedback_type"}

# ---- the document --------------------------------------------------------------------------------------------------------


def fields_in(text):
    return re.findall(r"^\| `([^`]+)` \|", text, re.M)


def documented():
    """Of each command the fields that docs/json.md names, with *parts* put in."""
    text = (TOP / "docs/json.md").read_text(encoding="utf-8")
    text = text[:text.index("\n## Hooks")]
    parts = {part.split("\n", 1)[0]: fields_in(part) for part in re.split(r"^#### ", text[:text.index("\n## Commands")], flags=re.M)[1:]}
    sections = {part.split("\n", 1)[0]: part for part in re.split(r"^### ", text[text.index("\n## Commands"):], flags=re.M)[1:]}
    fields = {}
    for name, section in sections.items():
        own = fields_in(section)
        for part in re.findall(r"\*([a-z ]+)\*", "".join(re.findall(r"^Has .*$", section, re.M))):
            own += parts[part]
        for place in [each for each in own if each.endswith((".COUNTS", ".EDITION", ".WAITING"))]:
            head, part = place.rsplit(".", 1)
            own += ["%s.%s" % (head, each) for each in parts[part.lower()]]
            own.remove(place)
        fields[name] = set(own)
    for name, others in {"send": ("collect", "compose", "deliver"), "run": ("compose", "deliver"), "rehearse": ("compose", "deliver", "run")}.items():
        for other in others:
            fields[name] |= fields[other]
    for name in ("run", "rehearse"):
        fields[name] = {each for each in fields[name] if not each.startswith(("posts[]", "joined[]", "left_out[]"))}
    return fields


# ---- what is printed -----------------------------------------------------------------------------------------------------


def paths(value, at=""):
    """Every field of an object: "posts[].id". An empty list or null that stands for an object is "posts[]" or "newest."."""
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from paths(each, "%s.%s" % (at, key) if at else key)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for each in value:
            yield from paths(each, at + "[]")
    else:
        yield at


def values(value, key=""):
    if isinstance(value, dict):
        for name, each in value.items():
            yield from values(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from values(each, key)
    yield key, value


class Documented(unittest.TestCase):
    def test_every_command_has_a_section_and_a_line_here(self):
        self.assertEqual(set(VERBS), set(documented()) | {"cgi"})
        self.assertEqual(set(VERBS), set(LINES) | APART)

    def objects(self, verb):
        line, prepare = LINES[verb]
        with World() as world:
            begin(world, prepare)
            done = world.run(*shlex.split(line), "--json", input="<p>Text</p>" if verb.startswith("html") else None)
        for said in done.stderr.splitlines():
            self.assertIsInstance(json.loads(said), dict, said)
        self.assertTrue(done.stdout, done.stderr)
        return [json.loads(each) for each in done.stdout.splitlines()]

    def check(self, verb, objects):
        known = documented()[verb]
        seen = set()
        for each in objects:
            seen |= set(paths(each))
        stands_for = lambda path: any(each.startswith((path + "[].", path + ".")) for each in known)
        self.assertEqual(sorted(path for path in seen if path not in known and not stands_for(path)), [], "not in docs/json.md")
        empty = {path for path in seen if path not in known}
        missing = {path for path in known - seen - CONDITIONAL if not any(path.startswith((each + "[].", each + ".")) for each in empty)}
        self.assertEqual(sorted(missing), [], "in docs/json.md, but not printed")

    def check_forms(self, verb, objects):
        """What is true of every field, but of those whose names are promised in another form."""
        for each in objects:
            for key, value in values(each):
                if verb not in ("feed parse", "feed article", "bounce parse", "commands", "config show"):
                    self.assertNotEqual(value, "", key)
                if isinstance(value, int) and not isinstance(value, bool):
                    self.assertRegex(key, r"_count$|_bytes$|^(id|shown|number|code|line|key|schema_version|subscriber_id|suppressed|sent_per_second|length)$")
                if key.endswith("_count"):
                    self.assertIsInstance(value, int, key)
                if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d[T ].*", value):
                    self.assertRegex(value, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", key)
                self.assertNotIn(key, ("email", "recipients", "subscribers") if verb != "bounce parse" else ("email",))

    def test_the_pages_say_where_they_are(self):
        with World() as world:
            world.set("web.listen", '"127.0.0.1:0"')
            filled(world)
            serving = world.start("serve", "--json")
            first = json.loads(serving.stdout.readline())
            serving.terminate()
            serving.communicate()
            self.check("serve", [first])
            self.assertEqual(set(world.json("serve", "--snippet")[0]), {"html"})

    def test_other_forms_of_a_list_are_as_documented(self):
        with World() as world:
            begin(world, sent_and_suppressed)
            self.assertEqual(world.json("subscriber", "list", "--count"), [{"subscriber_count": 2}])
            self.assertEqual(set(world.json("post", "list", "--left-out")[0]), {"digest", "id", "title", "link", "date", "reason", "why"})
            self.assertEqual(set(world.json("template", "check", "--variables")[0]), {"variable", "section", "meaning"})
            self.assertEqual(set(world.json("status", "--health")[0]), {"healthy", "what"})
            shown, one = world.json("subscriber", "show", ADA)[0], world.json("subscriber", "export", "--one", ADA)[0]
            del shown["id"]
            self.assertEqual(shown, one)
            self.assertEqual(world.json("subscriber", "export", "all.jsonl"), [{"file": "all.jsonl", "subscriber_count": 2}])


def of_verb(verb):
    def test(self):
        objects = self.objects(verb)
        self.check(verb, objects)
        self.check_forms(verb, objects)
    return test


for each in LINES:
    setattr(Documented, "test_" + each.replace(" ", "_"), of_verb(each))


class Errors(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.__exit__)

    def error(self, *arguments, **more):
        done = self.world.run(*arguments, "--json", **more)
        self.assertEqual(done.stdout, "")
        *before, last = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual(set(last), {"level", "code", "what", "hint", "place"})
        self.assertEqual(last["level"], "error")
        return done.returncode, last

    def test_an_error_says_code_what_hint_and_place(self):
        self.world.write_config()
        status, error = self.error("edition", "show", "weekly#7")
        self.assertEqual((status, error["code"], error["place"]), (66, "no_input", None))
        self.world.write("config.toml", '[newsletter]\nname = "A"\nfrm = "x"\n')
        status, error = self.error("status")
        self.assertEqual((status, error["code"]), (78, "config"))
        self.assertRegex(error["place"], r"config\.toml:3:\d+$")
        self.assertNotIn(error["place"], error["what"])
        self.assertIn('did you mean "from"?', error["hint"])

    def test_a_mistake_of_the_command_line_is_an_object_too(self):
        for words in (["statsu"], ["post", "list", "--limit", "0"], ["subscriber", "add"], ["status", "--at", "noon"], []):
            with self.subTest(words):
                self.assertEqual(self.error(*words)[0], 64)

    def test_a_line_of_a_file_is_its_place_and_a_port_is_none(self):
        begin(self.world, filled)
        self.world.write("bad.csv", 'email\n"ada\n')
        self.assertEqual(self.error("subscriber", "import", "bad.csv")[1]["place"], "bad.csv:2")
        self.world.set("smtp.url", '"smtp://127.0.0.1:1"')
        self.world.set("smtp.tls", '"off"')
        self.world.write_config()
        done = self.world.run("send", "weekly", "--json")
        self.assertIsNone(json.loads(done.stderr.splitlines()[-1])["place"])

    def test_warnings_are_objects_and_hostile_words_stay_in_them(self):
        begin(self.world, filled)
        self.world.write("harbour.xml", "nonsense\x1b[2J")
        done = self.world.run("collect", "--json")
        self.assertEqual({json.loads(line)["level"] for line in done.stderr.splitlines()}, {"warning", "error"})
        self.assertNotIn("\x1b", done.stderr + done.stdout)

    def test_quiet_hides_no_object(self):
        begin(self.world, collected)
        self.assertEqual(len(self.world.json("-q", "subscriber", "add", NEW)), 1)
        self.assertEqual(self.world.do("-q", "subscriber", "add", "other@example.org"), "")

    def test_late_editions_are_told_as_held(self):
        begin(self.world, collected)
        composed, = self.world.json("send", "weekly", "--dry-run", at=EARLY)
        self.assertEqual((composed["event"], composed["outcome"], composed["edition"]), ("composed", "not_due", None))
        done = self.world.run("compose", "weekly", "--json", at=TOO_LATE)
        self.assertEqual(json.loads(done.stdout)["outcome"], "held")


if __name__ == "__main__":
    unittest.main()
