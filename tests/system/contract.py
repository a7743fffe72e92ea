"""The contract: what a document or a key promises has an effect on the binary.

Every key of `config show --json`, every verb and option of the command table (`tidings commands`) and every exit status of the
help needs a case here that shows its effect: two runs that differ in that alone, and something observable that differs. A key or
option without a case fails, a case for a key that is gone fails, and so does a key that docs/configuration.md does not explain.

The cases of the configuration stand in contract_config.py, those of the command line in contract_commands.py.
"""
import json
import pathlib
import re
import subprocess
import unittest

import contract_commands
import contract_config
from contract_commands import Promises  # noqa: F401  (run here)
from tidings import BINARY, TOP


def keys_of_config_show(world):
    """"section.key" of everything that the program reads, tables of one name taken together."""
    world.write_config()
    shown = world.json("config", "show")
    return sorted({re.sub(r' ".*"$', "", each["section"]) + "." + each["key"] for each in shown})


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
        reference = (TOP / "docs/configuration.md").read_text(encoding="utf-8")
        explained, section = set(), ""
        for line in reference.splitlines():
            heading = re.match(r"## `\[+([a-z_]+)\]+`", line)
            section = heading[1] if heading else section
            if line.startswith("| `"):
                explained |= {section + "." + name for name in re.findall(r"`([a-z0-9_]+)`", line.split("|")[1])}
        with contract_config.World() as world:
            world.everything()
            keys = set(keys_of_config_show(world))
        self.assertEqual(sorted(keys - explained), [], "keys that docs/configuration.md does not explain")
        self.assertEqual(sorted(explained - keys), [], "docs/configuration.md explains what the program does not read")


def config_test(key, case):
    def test(self):
        values = []
        for value in (case.a, case.b):
            with contract_config.World() as world:
                case.prepare(world)
                world.set(key, value)
                world.write_config()
                values.append(case.observe(world))
        self.assertNotEqual(values[0], values[1], "%s has no effect" % key)
        for value, wanted in zip(values, (case.in_a, case.in_b)):
            if wanted:
                self.assertIn(wanted, value)
    return test


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
