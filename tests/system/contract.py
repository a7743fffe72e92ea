"""The contract: what a document or a key promises has an effect on the binary.

Every key of `config show --json`, every verb and option of the command table (`tidings commands`) and every exit status of the
help needs a case here that shows its effect: two runs that differ in that alone, and something observable that differs. A key or
option without a case fails, a case for a key that is gone fails, and so does a key that docs/configuration.md does not explain.

With CONTRACT_SAME=1 both runs get the first value, and must look the same: so a case cannot pass by chance.

The cases of the configuration stand in contract_config.py, those of the command line in contract_commands.py.
"""
import concurrent.futures
import functools
import json
import os
import re
import subprocess
import unittest

import contract_commands
import contract_config
from contract_commands import Promises  # noqa: F401  (run here)
from tidings import BINARY, TOP

SAME = os.environ.get("CONTRACT_SAME") == "1"


def key_of(shown):
    """"section.key" of a line of `config show --json`, tables of one name taken together."""
    return re.sub(r' ".*"$', "", shown["section"]) + "." + shown["key"]


def keys_of_config_show(world):
    world.write_config()
    return sorted({key_of(each) for each in world.json("config", "show")})


def reference():
    """Of each key that docs/configuration.md explains what it tells of its default."""
    defaults, section = {}, ""
    for line in (TOP / "docs/configuration.md").read_text(encoding="utf-8").splitlines():
        heading = re.match(r"##+ `\[+([a-z_.]+)\]+`", line)
        section = heading[1] if heading else section
        if line.startswith("| `"):
            names, default = line.split("|")[1:3]
            defaults |= {"%s.%s" % (section, name): default.strip() for name in re.findall(r"`([a-z0-9_]+)`", names)}
    return defaults


def command_table():
    lines = subprocess.run([BINARY, "commands"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def options_of(command):
    """The names by which cases speak of options: "--flag", or "FILE" for a positional argument."""
    for option in command["options"]:
        if "--help" not in option["flags"]:
            yield option["flags"][-1] if option["flags"] else option["value"]


class Configuration(unittest.TestCase):
    def test_every_key_has_a_case_and_every_case_a_key(self):
        with contract_config.World() as world:
            world.everything()
            keys = set(keys_of_config_show(world))
        self.assertEqual(sorted(keys - set(contract_config.CASES)), [], "keys without a case")
        self.assertEqual(sorted(set(contract_config.CASES) - keys), [], "cases of keys that are gone")

    def test_every_key_is_explained_by_the_reference(self):
        explained = set(reference())
        with contract_config.World() as world:
            world.everything()
            keys = set(keys_of_config_show(world))
        self.assertEqual(sorted(keys - explained), [], "keys that docs/configuration.md does not explain")
        self.assertEqual(sorted(explained - keys), [], "docs/configuration.md explains what the program does not read")

    def test_the_reference_tells_the_defaults_in_force(self):
        """Those that are one value; the others are told in words."""
        told = {key: default.strip("`") for key, default in reference().items() if re.fullmatch(r"`[^`]+`|-?\d+", default)}
        with contract_config.World() as world:
            world.everything()
            world.write_config()
            shown = {key_of(each): each["value"] for each in world.json("config", "show") if each["default"]}
        self.assertGreater(len(told.keys() & shown.keys()), 50)
        self.assertEqual({key: default for key, default in told.items() if shown.get(key, default) != default}, {})

    def test_defaults_are_shown_as_they_are_in_force(self):
        with contract_config.World() as world:
            world.everything()
            world.set("web.archive", '"site"')
            world.set("digest.min_posts", "120")
            world.set("newsletter.reply_to", '"Desk <desk@example.org>"')
            world.write_config()
            shown = {}
            for each in world.json("config", "show"):
                shown.setdefault(key_of(each), each["value"])
        for key, value in {"newsletter.editor": "Desk <desk@example.org>", "newsletter.unsubscribe_mailto": "news@example.org",
                           "bounce.unmatched": "subscribers/unmatched", "bounce.forward_to": "desk@example.org",
                           "archive.url": "https://news.example.org/archive", "smtp.name": "127.0.0.1:1", "relay.name": "127.0.0.1:2",
                           "smtp.auth": "PLAIN", "relay.hello_name": "example.org", "digest.title": "Harbour News",
                           "digest.list_id": "weekly.news.example.org"}.items():
            self.assertEqual(shown[key], '"%s"' % value, key)
        self.assertEqual(shown["digest.max_posts"], "120")


def steady(world, text):
    """Without what differs from run to run: the folder, ports, tokens."""
    text = re.sub(r"(127\.0\.0\.\d):\d+", r"\1:PORT", text.replace(str(world.folder), "HOME"))
    return re.sub(r"[A-Za-z0-9_-]{20,}", "TOKEN", text)


def observed(key, case, value):
    with contract_config.World() as world:
        case.prepare(world)
        world.set(key, value)
        world.write_config()
        return steady(world, case.observe(world))


@contract_config.once
def pool():
    return concurrent.futures.ThreadPoolExecutor(6)


@functools.cache
def runs_of(key):
    """Both runs of a case, begun."""
    case = contract_config.CASES[key]
    return [pool().submit(observed, key, case, value) for value in (case.a, case.a if SAME else case.b)]


def config_test(key, case):
    def test(self):
        a, b = (each.result() for each in runs_of(key))
        if SAME:
            self.assertEqual(a, b, "the case of %s sees chance or time" % key)
            return
        self.assertNotEqual(a, b, "%s has no effect" % key)
        self.assertIn(case.in_a, a)
        self.assertIn(case.in_b, b)
    test.key = key
    return test


def load_tests(loader, tests, pattern):
    """Begins the cases that were chosen, several at a time: mostly they wait."""
    for test in (each for suite in tests for each in suite):
        key = getattr(getattr(test, test._testMethodName), "key", None)
        if key:
            runs_of(key)
    return tests


for name, each in contract_config.CASES.items():
    setattr(Configuration, "test_" + re.sub(r"\W", "_", name), config_test(name, each))


class Commands(unittest.TestCase):
    def test_every_option_has_a_case_and_every_case_an_option(self):
        table = [each for each in command_table() if not each["group"]]
        known = {(each["command"].partition(" ")[2], option) for each in table for option in options_of(each)}
        known |= {(each["command"].partition(" ")[2], "") for each in table}
        known |= {("", option) for option in options_of(next(each for each in command_table() if each["command"] == "tidings"))}
        shown = set(contract_commands.CASES)
        self.assertEqual(sorted(known - shown), [], "verbs and options without a case")
        self.assertEqual(sorted(shown - known), [], "cases of verbs and options that are gone")

    def test_every_exit_status_of_the_help_is_met(self):
        text = subprocess.run([BINARY, "--help"], capture_output=True, text=True, check=True).stdout
        told = {int(each) for each in re.findall(r"\b(0|6[4-9]|7[0-9])\b", text[text.index("Exit status"):])}
        self.assertEqual(told, set(contract_commands.STATUSES) | {0}, "the help and the cases name different statuses")


def command_test(case):
    def test(self):
        with contract_config.World() as world:
            case(self, world)
    return test


for (verb, option), each in contract_commands.CASES.items():
    setattr(Commands, "test_" + re.sub(r"\W+", "_", verb + " " + option).strip("_"), command_test(each))
for status, each in contract_commands.STATUSES.items():
    setattr(Commands, "test_exit_status_%d" % status, command_test(each))


if __name__ == "__main__":
    unittest.main()
