#!/usr/bin/env python3
"""Writes the manual pages:  scripts/man.py PROGRAM FOLDER

tidings(1) and a page for each command come from the command table (`PROGRAM commands`), tidings.toml(5) from docs/configuration.md.
The same sources give the same bytes: a page is dated by SOURCE_DATE_EPOCH, and carries no date without it.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]


def date():
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc).strftime("%Y-%m-%d") if epoch else ""


def plain(text):
    """Words as roff reads them: nothing in them is a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return re.sub(r"^([.'])", r"\\&\1", text)


def bold(text):
    return "\\fB%s\\fR" % plain(text)


def italic(text):
    return "\\fI%s\\fR" % plain(text)


def usage(text):
    """The command's words bold, capitals italic."""
    out = []
    for word in text.split():
        stem = re.sub(r"[^A-Z@|a-z-]", "", word)
        if stem.upper() == stem and not word.startswith("-"):
            out.append(re.sub(r"[A-Z@|-]{2,}", lambda match: italic(match[0]), word.replace("...", " ...")))
        else:
            out.append(bold(word))
    return " ".join(out)


def option(each):
    name = ", ".join(map(bold, each["flags"])) or italic(each["value"])
    if each["flags"] and each["value"]:
        name += " " + italic(each["value"])
    about = each["about"] + (" (required)" if each["required"] else "")
    if each["several"]:
        name += " ..."
    if each["default"] is not None:
        about += " [%s]" % each["default"]
    if each["choices"] and not all(word in about for word in each["choices"]):
        about += " (%s)" % ", ".join(each["choices"])
    return [".TP", name, plain(about)]


def options(command):
    ordered = sorted(command["options"], key=lambda each: bool(each["flags"]))
    return [line for each in ordered if "--help" not in each["flags"] for line in option(each)]


def sentence(text):
    return plain(text[0].upper() + text[1:] + ("" if text.endswith(".") else "."))


class Pages:
    def __init__(self, program):
        said = subprocess.run([program, "commands"], capture_output=True, text=True, check=True).stdout
        self.table = [json.loads(line) for line in said.splitlines()]
        self.version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        self.help = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
        self.top = self.table[0]
        self.commands = [each for each in self.table if each["command"].count(" ") == 1 and not each["hidden"]]

    def title(self, name, section):
        return ['.\\" Made by scripts/man.py.', '.TH %s %d "%s" "%s" "%s"' % (plain(name.upper()), section, date(), plain(self.version),
                                                                       "User Commands" if section == 1 else "File Formats"), ".nh", ".ad l"]

    def program(self):
        out = self.title("tidings", 1)
        out += [".SH NAME", plain("tidings - email digests of blogs, sent to a list that you own"), ".SH SYNOPSIS",
                bold("tidings") + " [" + italic("OPTIONS") + "] " + italic("COMMAND") + " ...", ".SH DESCRIPTION", plain(self.top["about"]),
                ".PP", plain("It reads RSS, Atom, RDF and JSON feeds, web pages without a feed, and folders of Markdown; composes daily, weekly or "
                             "monthly digests; and sends them over any SMTP relay. It remembers of every message whether it was sent: after "
                             "a crash the next run goes on where it stopped, and nobody is skipped or mailed twice."),
                ".PP", "The line for cron or a timer is", ".PP", ".RS", bold("tidings -q send --due"), ".RE", ".SH COMMANDS"]
        for each in self.commands:
            out += [".TP", "\\fB%s\\fR(1)" % plain(each["command"].replace(" ", "-")), sentence(each["about"])]
        out += [".SH OPTIONS", "These go with every command.", *options(self.top), ".SH EXIT STATUS"]
        statuses = " ".join(self.help[self.help.index("Exit status:"):].partition(":")[2].split()).rstrip(".")
        for each in statuses.split("; "):
            number, _, meaning = each.partition(" ")
            out += [".TP", bold(number), plain(meaning)]
        out += [".SH FILES", ".TP", bold("./config.toml") + ", " + bold("/etc/tidings/config.toml"),
                "The configuration, where the first is not there the second; see \\fBtidings.toml\\fR(5).", ".TP", bold("templates/"),
                plain("Beside the configuration: themes of your own. The program's own themes are inside it."), ".SH ENVIRONMENT",
                ".TP", bold("VISUAL") + ", " + bold("EDITOR"), plain("The editor of \"edition edit\"."),
                ".SH SEE ALSO", "\\fBtidings.toml\\fR(5), " + ", ".join("\\fB%s\\fR(1)" % plain(each["command"].replace(" ", "-")) for each in self.commands)]
        return out

    def command(self, top):
        name = top["command"].replace(" ", "-")
        verbs = [each for each in self.table if each["command"].startswith(top["command"] + " ")] or [top]
        out = self.title(name, 1) + [".SH NAME", plain("%s - %s" % (name, top["about"])), ".SH SYNOPSIS"]
        for number, each in enumerate(verbs):
            out += ([".br"] if number else []) + [usage(each["usage"])]
        out.append(".SH DESCRIPTION")
        for each in verbs:
            if each is not top:
                out.append('.SS "%s"' % plain(each["command"]))
            out += [sentence(each["about"]), *options(each), ".PP", "Example:", ".PP", ".RS", ".nf", bold(each["example"]), ".fi", ".RE"]
        return out + [".SH SEE ALSO", "\\fBtidings\\fR(1), which names the options of every command and the exit statuses; \\fBtidings.toml\\fR(5)"]

    def configuration(self):
        text = (TOP / "docs/configuration.md").read_text(encoding="utf-8")
        return self.title("tidings.toml", 5) + [".SH NAME", plain("tidings.toml - configuration of tidings"), ".SH DESCRIPTION"] + markdown(text)


def inline(text):
    """Code, emphasis and links of a line of Markdown."""
    out = []
    for part in re.split(r"(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))", text):
        if part.startswith("`"):
            out.append(bold(part[1:-1]))
        elif part.startswith("**"):
            out.append(bold(part[2:-2]))
        elif re.match(r"\[[^\]]+\]\(", part):
            out.append(plain(part[1:part.index("](")]))
        else:
            out.append(plain(part))
    joined = "".join(out)
    return "\\&" + joined if joined.startswith((".", "'")) else joined


def table(rows):
    """A key a paragraph: its default, what it means, an example."""
    out = []
    head = [cell.strip() for cell in rows[0].strip("| ").split(" | ")]
    for row in rows[2:]:
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r" \| ", row.strip().removeprefix("|").removesuffix("|").strip())]
        out += [".TP", inline(cells[0])]
        if head[:2] == ["key", "default"]:
            out.append(inline("%s (default: %s)" % (cells[2], cells[1]) if cells[1] != "required" else cells[2] + " (required)"))
            out += [".br", inline("Example: " + cells[3])]
        else:
            out.append(inline(" ".join(cells[1:])))
    return out


def markdown(text):
    out, paragraph, rows, code = [], [], [], False
    def flush():
        if paragraph:
            out.extend([".PP", inline(" ".join(paragraph))])
            paragraph.clear()
        if rows:
            out.extend(table(rows))
            rows.clear()
    for line in text.splitlines()[1:]:
        if line.startswith("```"):
            flush()
            code = not code
            out.extend([".PP", ".RS", ".nf"] if code else [".fi", ".RE"])
        elif code:
            out.append(plain(line) or ".sp")
        elif line.startswith("#"):
            flush()
            words = line.lstrip("#").strip().replace("`", "")
            out.append('.%s "%s"' % ("SH" if line.startswith("## ") else "SS", plain(words)))
        elif line.startswith("|"):
            if paragraph:
                flush()
            rows.append(line)
        elif line.startswith("- "):
            flush()
            paragraph.append("\u2022 " + line[2:])
        elif not line.strip():
            flush()
        else:
            paragraph.append(line.strip())
    flush()
    return out + [".SH SEE ALSO", "\\fBtidings\\fR(1)"]


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    pages = Pages(program)
    written = {"tidings.1": pages.program(), "tidings.toml.5": pages.configuration()}
    written |= {each["command"].replace(" ", "-") + ".1": pages.command(each) for each in pages.commands}
    for old in {path.name for path in folder.glob("tidings*.[15]")} - set(written):
        (folder / old).unlink()
    for name, lines in written.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
