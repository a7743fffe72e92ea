"""`feed article`: the text of an article page and nothing around it, on pages as publishing engines write them.

    python3 tests/system/articles.py [-v] [NAME...]      -v: a line for each page
"""
import json
import pathlib
import subprocess
import sys
import time
import unicodedata

from tidings import BINARY, TOP

PAGES = TOP / "tests/data/articles"
# Engines that were set aside while the rules were made: their figure is the honest one.
HELD_OUT = {"wordpress_block", "substack", "typo3", "news_inline", "news", "phpbb", "table90", "nextjs", "aspnet", "portal", "wall", "glossy"}


def words(text):
    """Runs of letters and digits; each ideograph or kana for itself."""
    out, word = [], ""
    for c in unicodedata.normalize("NFC", text).lower():
        wide = "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af"
        if c.isalnum() and not wide:
            word += c
            continue
        if word:
            out.append(word)
            word = ""
        if wide:
            out.append(c)
    return out + [word] if word else out


def shingles(text, size=4):
    all_words = words(text)
    counts = {}
    for i in range(max(1, len(all_words) - size + 1)):
        key = tuple(all_words[i:i + size])
        counts[key] = counts.get(key, 0) + 1
    return counts


def f1(got, wanted):
    """Of runs of four words, so that order and repetition count."""
    a, b = shingles(got), shingles(wanted)
    common = sum(min(count, b.get(key, 0)) for key, count in a.items())
    if not common:
        return 0.0
    precision, recall = common / sum(a.values()), common / sum(b.values())
    return 2 * precision * recall / (precision + recall)


def extract(path, *options):
    return subprocess.run([BINARY, "feed", "article", str(path), *options], capture_output=True, timeout=60)


def measure(only, verbose):
    scores = {True: [], False: []}
    for page in sorted(PAGES.glob("*.html")):
        if page.name.startswith("none_") or (only and not any(each in page.name for each in only)):
            continue
        begin = time.monotonic()
        done = extract(page, "--base-url", "https://www.example.org/2026/03/14/story")
        taken = time.monotonic() - begin
        got = json.loads(done.stdout)["text"] if done.returncode == 0 else ""
        score = f1(got, page.with_suffix(".txt").read_text(encoding="utf-8"))
        held_out = page.stem.rsplit("_", 1)[0] in HELD_OUT
        scores[held_out].append(score)
        if verbose and not (held_out and verbose == "tuning"):
            print(f"{score:.3f} {taken * 1000:4.0f} ms {page.name} {'(held out) ' if held_out else ''}{done.stderr.decode().strip()}")
    return scores


def mean(values):
    return sum(values) / len(values) if values else 1.0


def pages_without_an_article(wrong):
    for page in sorted(PAGES.glob("none_*.html")):
        done = extract(page)
        if done.returncode != 65 or done.stdout or done.stderr.count(b"\n") != 1:
            wrong.append(f"{page.name}: a page without an article ends in 65 and one line: {done.returncode} {done.stderr!r}")
    for name, page in {"nothing": b"", "zeros": b"\0" * 5000, "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
                       "a feed": (TOP / "tests/data/demo/harbour.atom").read_bytes()[:200], "one word": b"hello"}.items():
        done = subprocess.run([BINARY, "feed", "article", "-"], input=page, capture_output=True, timeout=60)
        if done.returncode != 65:
            wrong.append(f"{name} has no article: {done.returncode} {done.stderr!r}")
    if extract("/nowhere/page.html").returncode != 66:
        wrong.append("a file that is not there ends in 66")


def what_the_page_says(wrong):
    page = PAGES / "wordpress_classic_en.html"
    got = json.loads(extract(page, "--base-url", "https://www.example.org/2026/03/14/story").stdout)
    if list(got) != ["title", "author", "published", "language", "image", "html", "text"] and sorted(got) != sorted(
            ["title", "author", "published", "language", "image", "html", "text"]):
        wrong.append(f"feed article prints {list(got)}")
    wanted = {"author": "Ada Brook", "published": "2026-03-14T07:30:00Z", "language": "en", "image": "https://www.example.org/lead.jpg"}
    for key, value in wanted.items():
        if got[key] != value:
            wrong.append(f"{key} is {got[key]!r}, not {value!r}")
    if not got["title"] or "Example Post" in got["title"]:
        wrong.append(f"the title is without the site's name: {got['title']!r}")
    if 'href="https://www.example.org/archive/' not in got["html"] or "<script" in got["html"] or "class=" in got["html"]:
        wrong.append("the HTML is sanitised and its links are absolute")
    if "/archive/" in extract(page).stdout.decode() and "https://www.example.org/archive" in extract(page).stdout.decode():
        wrong.append("without --base-url no address is made up")
    piped = subprocess.run([BINARY, "feed", "article", "-"], input=page.read_bytes(), capture_output=True, timeout=60)
    if json.loads(piped.stdout)["text"] != got["text"]:
        wrong.append("standard input is read as a file is")
    latin = '<title>Caf\xe9</title><h1>Caf\xe9</h1>'.encode("latin-1") + ("<p>" + "Le caf\xe9 est ouvert, et le th\xe9 aussi. " * 8 + "</p>").encode("latin-1")
    for charset in ("iso-8859-1", "latin1"):
        typed = subprocess.run([BINARY, "feed", "article", "-", "--content-type", "text/html; charset=" + charset], input=latin,
                               capture_output=True, timeout=60)
        if "café est ouvert" not in json.loads(typed.stdout)["text"]:
            wrong.append("--content-type tells the encoding")


def nothing_hostile_takes_long(wrong):
    """Each of these costs a tree builder a square of its length if nobody bounds it."""
    text = b"<p>" + b"A sentence of some length, with a comma in it. " * 20 + b"</p>"
    pages = {"deep": b"<div>" * 100_000 + text, "formatting": b"".join(b"<b id=%d>" % i for i in range(20_000)) + text * 300,
             "tables": b"<table><tr><td>" * 30_000 + text, "attributes": b"<p " + b"a=b " * 200_000 + b">" + text,
             "open tags": b"<" * 500_000, "comments": b"<!--" * 100_000 + text, "scripts": b"<script>" * 100_000 + text,
             "lists": b"<ul><li><a href=x>y</a>" * 40_000 + text, "headings": b"<h2>Related</h2>" * 50_000 + text, "links": b"<a href=x>word, " * 60_000 + text,
             "labels": b"<div>Comments</div>" * 60_000 + text, "classes": b"<div class='post comment share body article'>" * 40_000 + text,
             "posts": b"<div class=post><h2><a href=x>A title</a></h2>words, and more words here.</div>" * 30_000, "quotes": b'<a href="' * 60_000 + text,
             "JSON": b'<script type="application/ld+json">' + b"[" * 200_000 + b"</script>" + text,
             "body": b'<script type="application/ld+json">{"@type":"Article","articleBody":"' + b"word, and " * 80_000 + b'"}</script>' + text * 500}
    for name, page in pages.items():
        begin = time.monotonic()
        done = subprocess.run([BINARY, "feed", "article", "-"], input=page, capture_output=True, timeout=60)
        taken = time.monotonic() - begin
        if done.returncode not in (0, 65) or taken > 3:
            wrong.append(f"{name}: {taken:.1f} s, status {done.returncode}, {done.stderr[-200:]!r}")


def a_usual_page_is_quick(wrong):
    """The time that 20 more of the pages take, without what starting the program costs."""
    page = PAGES / "news_related_en.html"
    rows = page.read_bytes()
    script = b"<script>" + b"window.x={a:1,b:'<p>'};" * 8000 + b"</script>"
    big = rows.replace(b"</head>", script + b"</head>") + b"<div class=related>" + b"<div class=card><a href=/x><h3>A title of a story</h3></a><p>Words.</p></div>" * 400
    samples = []
    for _ in range(5):
        begin = time.monotonic()
        subprocess.run([BINARY, "feed", "article", "-"], input=big, capture_output=True, timeout=60)
        whole = time.monotonic() - begin
        begin = time.monotonic()
        subprocess.run([BINARY, "html", "text"], input=b"<p>x</p>", capture_output=True, timeout=60)
        samples.append(whole - (time.monotonic() - begin))
    if min(samples) > 0.06:
        wrong.append(f"a page of {len(big) >> 10} KiB takes {min(samples) * 1000:.0f} ms")


def main():
    arguments = sys.argv[1:]
    verbose = "tuning" if "-t" in arguments else "-v" in arguments
    only = [each for each in arguments if not each.startswith("-")]
    scores = measure(only, verbose)
    print(f"mean F1 {mean(scores[False]):.4f} of {len(scores[False])} pages, {mean(scores[True]):.4f} of {len(scores[True])} held out")
    if only or verbose:
        return 0
    wrong = []
    if len(scores[False]) + len(scores[True]) < 60:
        wrong.append("fewer than 60 pages")
    if mean(scores[False]) < 0.98 or mean(scores[True]) < 0.96:
        wrong.append("the mean F1 is below its floor: 0.98, and 0.96 of what was held out")
    pages_without_an_article(wrong)
    what_the_page_says(wrong)
    nothing_hostile_takes_long(wrong)
    a_usual_page_is_quick(wrong)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
