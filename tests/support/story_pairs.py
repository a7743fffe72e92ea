"""Writes tests/data/stories/pairs.jsonl: 500 labelled pairs of posts, half of them one story told twice.

    python3 tests/support/story_pairs.py

Each line is {"topic", "kind", "language", "same", "a", "b"}; a and b have title, link, hours (before the edition) and html. Everything is
made from story_texts.py with a fixed seed, so the file is the same every time.
"""
import json
import pathlib
import random
import re

from story_texts import AROUND, FACTS, FORMS, LINKS, MONTHS, PEOPLE, PLACES, TOPICS

TO = pathlib.Path(__file__).resolve().parents[1] / "data/stories/pairs.jsonl"
PAPERS = ("Harbour Notes", "City Paper")
POSITIVE, NEGATIVE = 250, 250
UNSPACED = ("ja", "zh")


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.number = 0

    def facts(self, language):
        choose = self.random.choice
        return {"p": choose(PEOPLE[language]), "t": choose(PLACES[language]), "n": str(self.random.randint(13, 97)), "m": str(self.random.randint(101, 980))}

    def other_facts(self, language, facts):
        while True:
            other = self.facts(language)
            if all(other[key] != facts[key] for key in facts):
                return other

    def story(self, language, text, facts):
        return [line.format(**facts) for line in text.split("\n")]

    def post(self, paper, language, title, sentences, links=()):
        self.number += 1
        parts = []
        for at in range(0, len(sentences), 3):
            parts.append("<p>%s</p>" % ("" if language in UNSPACED else " ").join(sentences[at:at + 3]))
        parts += ['<p><a href="%s">%s</a></p>' % link for link in links]
        return {"title": title, "link": "https://%s.example/%d" % (paper.split()[0].lower(), self.number),
                "hours": self.random.randint(2, 60), "html": "".join(parts)}

    def title_of(self, language, sentences):
        text = sentences[0]
        return text[:14] if language in UNSPACED else " ".join(re.sub(r"[,.।]", "", text).split()[:self.random.randint(5, 8)])

    # ---- one story

    def reword(self, language, sentence):
        """An editor changes a word or two: a word goes, two change places, a number is written otherwise."""
        if language in UNSPACED:
            at = self.random.randrange(2, max(3, len(sentence) - 2))
            return sentence[:at] + sentence[at + 1:]
        words = sentence.split()
        at = self.random.randrange(1, max(2, len(words) - 1))
        if self.random.random() < 0.5:
            del words[at]
        else:
            words[at - 1], words[at] = words[at], words[at - 1]
        return " ".join(words)

    def syndicated(self, language, sentences):
        first, last, _ = AROUND[language]
        return [first.format(paper=PAPERS[0])] + sentences + [last], "syndicated"

    def shortened(self, language, sentences):
        keep = self.random.randint(max(2, len(sentences) // 3), len(sentences) - 2)
        out = sentences[:keep]
        if self.random.random() < 0.4:
            out[-1] += " […]"
        return out, "shortened"

    def edited(self, language, sentences):
        out = list(sentences)
        for at in self.random.sample(range(len(out)), self.random.randint(1, 2)):
            out[at] = self.reword(language, out[at])
        if self.random.random() < 0.5:
            del out[self.random.randrange(1, len(out))]
        if self.random.random() < 0.5:
            out.append(AROUND[language][2])
        return out, "edited"

    def retitled(self, language, sentences):
        return list(sentences), "retitled"

    def positive(self, topic, change):
        language = topic[0]
        sentences = self.story(language, self.random.choice(TOPICS[topic]), self.facts(language))
        changed, kind = change(language, sentences)
        title = self.title_of(language, sentences)
        other = title if kind == "shortened" and self.random.random() < 0.5 else self.title_of(language, sentences[-1:])
        a = self.post(PAPERS[0], language, title, sentences)
        links = [(a["link"], PAPERS[0])] if kind == "syndicated" and self.random.random() < 0.5 else []
        b = self.post(PAPERS[1], language, other, changed, links)
        return self.pair(topic, kind, True, a, b)

    # ---- two stories

    def other_story(self, topic):
        """The same place and people, another story; now and then both quote the same sentence."""
        language = topic[0]
        facts = self.facts(language)
        one, two = (self.story(language, text, facts) for text in TOPICS[topic])
        if self.random.random() < 0.3:
            two.insert(self.random.randrange(1, len(two)), self.random.choice(one))
        a = self.post(PAPERS[0], language, self.title_of(language, one), one)
        b = self.post(PAPERS[1], language, self.title_of(language, two), two)
        return self.pair(topic, "same topic", False, a, b)

    def commented(self, topic):
        """A post that links to the story, quotes its first sentence and goes on with thoughts of its own."""
        language = topic[0]
        facts = self.facts(language)
        one, two = (self.story(language, text, facts) for text in TOPICS[topic])
        a = self.post(PAPERS[0], language, self.title_of(language, one), one)
        b = self.post(PAPERS[1], language, self.title_of(language, two), one[:1] + two[1:5], [(a["link"], PAPERS[0])])
        return self.pair(topic, "comment", False, a, b)

    def form(self, topic):
        language = topic[0]
        text = FORMS[topic]
        facts = self.facts(language)
        posts = []
        for paper in PAPERS:
            a, b, c = self.random.sample(FACTS[language], 3)
            month = self.random.choice(MONTHS.get(language, [""]))
            small = {**facts, "n": str(self.random.randint(1, 28)), "m": str(self.random.randint(8, 21))}
            if posts:
                small = {**self.other_facts(language, facts), "n": str(1 + (int(posts[0][1]["n"]) + self.random.randint(1, 20)) % 28),
                         "m": str(8 + (int(posts[0][1]["m"]) + self.random.randint(1, 10)) % 13)}
            sentences = [text.format(a=a, b=b, c=c, month=month, **small)]
            posts.append((self.post(paper, language, "%s, %s" % (topic[1], small["t"]), sentences), small))
        return self.pair(topic, "form", False, posts[0][0], posts[1][0])

    def links(self, language):
        title, items = LINKS[language]
        posts = []
        chosen = self.random.sample(items, len(items))
        half = len(items) // 2
        for paper, own in zip(PAPERS, (chosen[:half], chosen[half - 1:])):
            links = [("https://elsewhere.example/%d" % self.random.randrange(10 ** 6), each) for each in own]
            posts.append(self.post(paper, language, title, [], links))
        return self.pair((language, "links"), "links", False, *posts)

    def pair(self, topic, kind, same, a, b):
        return {"topic": "/".join(topic), "kind": kind, "language": topic[0], "same": same, "a": a, "b": b}


def main():
    maker = Maker(2026)
    topics = list(TOPICS)
    changes = (maker.syndicated, maker.shortened, maker.edited, maker.retitled)
    pairs = [maker.positive(topics[number % len(topics)], changes[number // len(topics) % len(changes)]) for number in range(POSITIVE)]
    negatives = []
    forms, lists = list(FORMS), list(LINKS)
    number = 0
    while len(negatives) < NEGATIVE:
        negatives.append(maker.other_story(topics[number % len(topics)]))
        negatives.append(maker.form(forms[number % len(forms)]))
        negatives.append(maker.commented(topics[(number + 5) % len(topics)]) if number % 2 else maker.links(lists[number // 2 % len(lists)]))
        number += 1
    pairs += negatives[:NEGATIVE]
    TO.parent.mkdir(parents=True, exist_ok=True)
    with open(TO, "w", encoding="utf-8") as file:
        for pair in pairs:
            file.write(json.dumps(pair, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
