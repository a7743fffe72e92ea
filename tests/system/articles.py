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


if __name__ == "__main__":
    arguments = sys.argv[1:]
    verbose = "tuning" if "-t" in arguments else "-v" in arguments
    scores = measure([each for each in arguments if not each.startswith("-")], verbose)
    print(f"mean F1 {mean(scores[False]):.4f} of {len(scores[False])} pages, {mean(scores[True]):.4f} of {len(scores[True])} held out")
