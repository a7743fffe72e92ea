"""Judges simulated years by their journals. It shares no code with the program and none with the world: it knows what design and
documentation promise, and reads what truly happened.

    year ... | oracle.py            judges: one line of JSON for each seed, {"seed": 7, "wrong": [["twice", "r004@..."], ...]}
    year ... | oracle.py --story    tells one seed day by day in words
"""
import collections
import datetime
import json
import re
import sys
import zoneinfo

HOUR, DAY = 3600_000, 86400_000
MAX_LATENESS = 36 * HOUR
GIVE_UP = 2 * DAY
ABOUT_US = {"quota", "blacklist", "odd_words", "greets_421", "greets_554", "shuts_421"}
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Job:
    def __init__(self, begins):
        self.number, self.at, self.words = begins["job"], begins["t"], begins["words"]
        self.begins, self.ends, self.events = begins, None, []

    @property
    def status(self):
        return self.ends["status"]

    def died(self):
        return self.status == 137 and "death" in self.begins

    def hurt(self):
        """A fault of its disk has struck, or may have."""
        return any(self.begins.get(key, 1 << 60) <= self.ends["seams"] for key in ("disk_full_from", "io_error_at"))

    def is_send(self):
        return self.words[:2] == ["send", "--due"]

    def whole(self):
        """What it was to do, it did or told why not."""
        return not self.died() and not self.hurt() and "another tidings is at work" not in self.ends["errors"]

    def sources_ill(self):
        return any(each["k"] == "served" and each["how"] == "outage" for each in self.events)


class World:
    """A journal in order."""

    def __init__(self, lines):
        self.facts, self.posts, self.readers, self.jobs, self.told = lines[0], {}, {}, [], {}
        self.others, job = [], None
        for line in lines[1:]:
            kind = line["k"]
            if kind == "post":
                self.posts[line["number"]] = line
            elif kind == "reader":
                self.readers[line["address"]] = line
            elif kind == "begins":
                job = Job(line)
                self.jobs.append(job)
            elif kind == "ends":
                job.ends = line
                job = None
            elif kind == "told":
                self.told[" ".join(line["words"][:2])] = line
            elif job is not None:
                line["job"] = job
                job.events.append(line)
            else:
                self.others.append(line)
        self.zone = zoneinfo.ZoneInfo(self.facts["zone"])
        self.digests = {each["name"]: each for each in self.facts["digests"]}

    def local(self, ms):
        return datetime.datetime.fromtimestamp(ms / 1000, self.zone)

    def setting(self, digest, key):
        found = re.search(r"^%s = \"?(\w+)" % key, self.digests[digest]["more"], re.M)
        return found.group(1) if found else None


def runs_of(world, schedule):
    """The instants at which the clock on the wall first shows the time, or what comes after it, of a day of its own: found by walking
    from minute to minute, without arithmetic of zones."""
    words = schedule.split()
    hour, minute = map(int, words[-1].split(":"))
    right = {"daily": lambda day: True, "weekly": lambda day: WEEKDAYS[day.weekday()] == words[1],
             "monthly": lambda day: str(day.day) == words[1]}[words[0]]
    runs, done = [], None
    moment = (world.facts["begins"] // DAY - 40) * DAY
    while moment < world.facts["calm"] + 2 * DAY:
        local = world.local(moment)
        if local.date() == done or (local.hour, local.minute) < (hour, minute):
            # Far from it: jump most of the way.
            ahead = ((hour - local.hour) * 60 + minute - local.minute) % 1440
            moment += (ahead - 75) * 60_000 if ahead > 90 else 60_000 * (10 if ahead > 10 else 1)
            continue
        done = local.date()
        if right(local):
            runs.append(moment)
        moment += 60_000
    return runs


class Judge:
    def __init__(self, world):
        self.world, self.wrong = world, []
        self.mails = collections.defaultdict(list)  # address: accepted mails in order
        self.answered = set()
        self.refusals = collections.defaultdict(list)
        for job in world.jobs:
            for event in job.events:
                if event["k"] == "mail":
                    self.mails[event["to"]].append(event)
                elif event["k"] == "answered":
                    self.answered.add(event["number"])
                elif event["k"] == "refused":
                    self.refusals[event["to"]].append(event)
        self.see_posts()
        self.follow_people()

    def say(self, rule, words):
        self.wrong.append([rule, words])

    def judge(self):
        for rule in (self.statuses, self.once, self.nobody_unasked, self.nothing_missed, self.editions, self.books, self.titles, self.parts,
                     self.erased, self.store):
            rule()
        return self.wrong

    # ---- what was to be seen

    def see_posts(self):
        """For each post when the program has first seen it, for sure not before `low` and for sure by `high`; and which were there at
        the first reading of their source."""
        self.low, self.high, self.first_reading, read = {}, {}, set(), set()
        self.last_good = {}  # of a post: when its source had been read before, for sure
        files = {}
        good = {}
        changes = collections.deque(each for each in self.world.others if each["k"] == "file")
        for job in self.world.jobs:
            while changes and changes[0]["t"] <= job.at:
                files[changes[0]["source"]] = changes[0]["posts"]
                changes.popleft()
            if not job.is_send():
                continue
            shown = {each["source"]: each["posts"] for each in job.events if each["k"] == "served" and each["how"] == "feed"}
            if job.ends["status"] == 75 and "another tidings" in job.ends["errors"]:
                continue
            # What a process that died has read of files nobody knows.
            shown.update(files)
            for source, posts in shown.items():
                for number in posts:
                    self.low.setdefault(number, job.at)
                    if source not in read:
                        self.first_reading.add(number)
                    if job.whole() and number not in self.high:
                        self.high[number] = job.ends["t"]
                        self.last_good[number] = good.get(source)
                if job.whole():
                    read.add(source)
                    good[source] = job.at

    def match(self, number, topics):
        return not topics or self.world.posts[number]["topic"] in topics

    # ---- people

    def follow_people(self):
        """For each address its spells on the list: [from, until), and when it is surely gone."""
        self.joined, self.gone, self.changes, self.erased_at = {}, {}, collections.defaultdict(list), {}
        returned = collections.deque(each for each in self.world.others if each["k"] == "returned")
        acts = [(each["t"], 1, each) for each in self.world.others if each["k"] == "act"]
        ingests = [(job.ends["t"], 0, job) for job in self.world.jobs if job.words[:2] == ["bounce", "ingest"] and job.status == 0 and not job.hurt()]
        for when, _, what in sorted(acts + ingests, key=lambda each: each[:2]):
            if isinstance(what, Job):
                while returned and returned[0]["t"] <= what.at:
                    mail = returned.popleft()
                    if mail["kind"] in ("leave_mail", "complain", "hard_bounce"):
                        self.gone.setdefault(mail["address"], when)
                continue
            address, kind = what["address"], what["kind"]
            if what["status"] != 0:
                continue
            if kind == "import":
                for each in self.world.readers.values():
                    if each.get("first") and each["address"] not in self.gone:
                        self.joined.setdefault(each["address"], when)
            elif kind in ("join", "confirm"):
                self.joined.setdefault(address, when)
            elif kind == "change":
                self.changes[address].append((when, what["words"][-1]))
            elif kind in ("leave", "erase", "suppress"):
                self.gone.setdefault(address, when)
                if kind == "erase":
                    self.erased_at[address] = when

    # ---- the rules

    def statuses(self):
        for job in self.world.jobs:
            where = "job %d: tidings %s: exit %d" % (job.number, " ".join(job.words), job.status)
            first = (job.ends["errors"].splitlines() or [""])[0]
            if job.ends["signal"] or job.status in (70, 98):
                self.say("bug", "%s %s" % (where, first))
                continue
            if job.died():
                continue
            allowed = {0}
            if job.is_send():
                allowed = {0, 69, 75}
                calm = job.begins["mood"] == "good" and job.begins["mood2"] == "good" and not job.sources_ill()
                if calm and not job.hurt() and job.status == 69:
                    if not re.search("could not be read|source", job.ends["errors"]):
                        self.say("status", "%s on a fine day: %s" % (where, first))
            elif job.words[:2] == ["bounce", "ingest"]:
                allowed = {0, 75}
            elif job.words[:2] == ["edition", "approve"]:
                allowed = {0, 65, 75, 77}
            if job.hurt():
                allowed |= {65, 69, 73, 74, 75}
            act = next((each for each in self.world.others if each["k"] == "act" and each["job"] == job.number), None)
            if act:
                allowed = {"nonsense": {64, 65, 66}, "second_run": {75}}.get(act["kind"], allowed)
            if job.status not in allowed:
                self.say("status", "%s: %s" % (where, first))
            if job.status and not job.ends["errors"].strip():
                if not (job.status == 75 and job.ends["out"].strip()):
                    self.say("silent", where)

    def is_known(self, mail):
        """The program has read that the relay took it, and was not hurt afterwards."""
        return mail["number"] in self.answered and mail["job"].whole()

    def once(self):
        for address, mails in self.mails.items():
            if address not in self.world.readers:
                continue
            seen = {}
            for mail in mails:
                for number in set(mail["text"]):
                    before = seen.get(number)
                    if before is None:
                        seen[number] = mail
                    elif before["id"] != mail["id"]:
                        self.say("twice", "%s got [%04d] in %s and %s" % (address, number, before["id"], mail["id"]))
                    elif self.is_known(before):
                        self.say("again", "%s got %s once more in job %d, though job %d knew" % (address, mail["id"], mail["job"].number, before["job"].number))
                        break
                    else:
                        seen[number] = mail
        # In doubt: no more than the sessions could have in flight.
        for job in self.world.jobs:
            lost = [each for each in job.events if each["k"] == "mail" and not self.is_known(each) and each["to"] in self.world.readers]
            doubled = [each for each in lost if any(other["id"] == each["id"] and other["number"] > each["number"] for other in self.mails[each["to"]])]
            most = self.world.facts["connections"] * self.world.facts["window"] * self.world.facts["relays"]
            if job.begins.get("death") != "power" and not job.hurt() and len(doubled) > most * max(1, 3 if not job.died() else 1):
                self.say("in doubt", "job %d left %d mails in doubt, its sessions hold %d" % (job.number, len(doubled), most))

    def nobody_unasked(self):
        for address, mails in self.mails.items():
            reader = self.world.readers.get(address)
            for mail in mails:
                if not mail["list"]:
                    continue  # a notice, a draft
                if reader is None:
                    self.say("unasked", "%s got an edition" % address)
                elif address not in self.joined or mail["job"].at < self.joined[address]:
                    self.say("unasked", "%s got %s in job %d and had not joined" % (address, mail["id"], mail["job"].number))
                elif address in self.gone and mail["job"].at >= self.gone[address]:
                    self.say("gone", "%s got %s in job %d, gone since %s" % (address, mail["id"], mail["job"].number, self.world.local(self.gone[address])))

    def nothing_missed(self):
        failed = self.failed_editions()
        shown_to_anybody = {number for mails in self.mails.values() for mail in mails for number in mail["text"]}
        for address, reader in self.world.readers.items():
            since = self.joined.get(address)
            if since is None or address in self.gone:
                continue
            got = {number for mail in self.mails[address] for number in mail["text"]}
            digests = {reader["digest"]} | {name for _, name in self.changes[address]}
            missing = [number for number, high in self.high.items() if number not in got and self.low[number] >= since and
                       number not in self.first_reading and self.match(number, reader["topics"]) and high < self.world.facts["ends"] and
                       not self.left_out(number, digests)]
            least = max([int(self.world.setting(each, "min_posts") or 1) for each in digests])
            unshown = [number for number in missing if number not in shown_to_anybody]
            if unshown and len(unshown) < least:
                missing = [number for number in missing if number not in unshown]
            missing = [number for number in missing if number not in failed.get(address, ())]
            if missing and not self.refused_for_good(address):
                self.say("missed", "%s never got %s" % (address, " ".join("[%04d]" % each for each in sorted(missing)[:8])))

    def left_out(self, number, digests):
        """By max_age: older than that when it was first seen, and not of a time in which the source could not be read."""
        post = self.world.posts[number]
        if not any(self.world.setting(each, "max_age") for each in digests) or "published" not in post:
            return False
        return post["published"] < self.high[number] - 14 * DAY

    def refused_for_good(self, address):
        return any(each["said"].startswith("550 5.1.1") for each in self.refusals[address])

    def failed_editions(self):
        """By address the posts of editions of which the program says that they failed, where the relays bear it out."""
        failed = collections.defaultdict(set)
        for row in self.rows("delivery list"):
            if row["state"] in ("failed", "in_doubt"):
                failed[row["address"]].add(row["edition"])
        out = {}
        posts = self.posts_of_editions()
        for address, editions in failed.items():
            hard = [each for each in self.refusals[address] if each["mood"] not in ABOUT_US and each["mood"] != "all_later"]
            if address in self.world.readers and not hard:
                soft = [each for each in self.refusals[address]]
                if not soft or soft[-1]["t"] - soft[0]["t"] < GIVE_UP - HOUR:
                    self.say("charged", "%s has failed in %s, and no relay said a word against that mailbox" % (address, ", ".join(sorted(editions))))
                    continue
            out[address] = set().union(*(posts.get(each, set()) for each in editions))
        return out

    def posts_of_editions(self):
        posts = collections.defaultdict(set)
        for each in self.world.others:
            if each["k"] == "edition":
                for line in each["out"].split("\n"):
                    posts[each["name"]] |= {int(number) for number in re.findall(r"\[(\d{4})\]", line)}
        return posts

    def rows(self, name):
        told = self.world.told.get(name)
        return [json.loads(line) for line in told["out"].split("\n") if line] if told and told["status"] == 0 else []

    # ---- editions, one by one, as readers who never change see them

    def editions(self):
        for digest in self.world.digests:
            reader = next((each for each in self.world.readers.values() if each["steady"] and each["digest"] == digest), None)
            if reader is None or self.world.setting(digest, "max_age") or self.world.setting(digest, "max_posts") or self.world.setting(digest, "min_posts"):
                continue
            self.edition_by_edition(digest, reader["address"])

    def edition_by_edition(self, digest, address):
        runs = runs_of(self.world, self.world.digests[digest]["schedule"])
        mails = []
        for mail in self.mails[address]:
            if mail["list"] and mail["id"] not in [each["id"] for each in mails]:
                mails.append(mail)
        known = self.world.jobs[0].ends["t"]
        covered, shown, waiting = None, set(), collections.deque(mails)
        may_have = False  # a job died or was hurt that may have sealed one
        for job in self.world.jobs:
            if not job.is_send() or "another tidings" in job.ends["errors"]:
                continue
            run = max((each for each in runs if each <= job.at), default=None)
            if run is None or run < known or (covered is not None and covered >= run):
                continue
            if job.at - run > MAX_LATENESS and "--late" not in job.words:
                continue
            if not job.whole():
                may_have = True
                continue
            sure = {number for number, high in self.high.items() if high <= job.ends["t"]} - shown - self.first_reading
            perhaps = {number for number, low in self.low.items() if low <= job.ends["t"]} - shown
            covered = run
            if not perhaps or (not sure and not waiting):
                if job.sources_ill():
                    covered = None if covered == run and not shown else covered
                continue
            if not waiting:
                if sure and job.at < self.world.facts["calm"] - 3 * DAY:
                    self.say("edition", "%s never got the edition of %s (job %d) with %s" % (address, self.world.local(run), job.number, sorted(sure)))
                return
            mail = waiting[0]
            got = set(mail["text"])
            if not sure and not (got <= perhaps and mail["job"].at <= job.at + 2 * DAY):
                continue
            waiting.popleft()
            if may_have:
                may_have = False
                if not got <= perhaps:
                    self.say("edition", "%s: %s carries %s, which nobody had seen at %s" % (address, mail["id"], sorted(got - perhaps), self.world.local(job.at)))
                shown |= got
                # It may be that of the job that died; then this job has made another one of what it saw itself.
                rest = sure - got
                if rest and waiting and set(waiting[0]["text"]) <= perhaps - got:
                    shown |= set(waiting.popleft()["text"])
                continue
            if sure - got:
                self.say("edition", "%s: %s (job %d, %s) lacks %s" % (address, mail["id"], job.number, self.world.local(run), sorted(sure - got)))
            if got - perhaps:
                self.say("edition", "%s: %s carries %s, seen later than %s" % (address, mail["id"], sorted(got - perhaps), self.world.local(job.at)))
            shown |= got

    # ---- what the program believes

    def books(self):
        believed = collections.Counter()
        for row in self.rows("delivery list"):
            if row["state"] in ("sent", "bounced"):
                believed[row["address"]] += 1
            if row["state"] == "claimed":
                self.say("books", "%s %s is claimed though nobody is at work" % (row["edition"], row["address"]))
        if "delivery list" not in self.world.told:
            return
        for address in self.world.readers:
            if address in self.erased_at:
                continue
            true = len({mail["id"] for mail in self.mails[address] if mail["list"]})
            if true != believed[address]:
                self.say("books", "%s got %d editions, the ledger says %d" % (address, true, believed[address]))

    def titles(self):
        for address, mails in self.mails.items():
            for mail in mails:
                if not mail["list"] or address not in self.world.readers:
                    continue
                subject = next((line for line in mail["top"].splitlines() if line.startswith("Harbour News")), mail["subject"])
                span = days_of(subject)
                if span is None:
                    self.say("title", "%s: no days in %r" % (mail["id"], subject))
                    continue
                for number in mail["text"]:
                    post = self.world.posts[number]
                    low, high = self.low.get(number), self.high.get(number, mail["job"].at)
                    if low is None:
                        continue
                    if "published" in post and post["published"] <= low:
                        low = high = post["published"]
                    elif "published" in post and post["published"] < high:
                        continue
                    if not span[0] <= self.world.local(low).date() <= span[1] and not span[0] <= self.world.local(high).date() <= span[1]:
                        self.say("title", "%s: %r does not cover [%04d] of %s" % (mail["id"], subject, number, self.world.local(low).date()))
                        return

    def parts(self):
        for address, mails in self.mails.items():
            for mail in mails:
                if mail["list"] and set(mail["text"]) != set(mail["html"]):
                    self.say("parts", "%s: text and HTML carry different posts" % mail["id"])
                if mail["list"] and address in self.world.readers:
                    foreign = [each for each in mail["text"] if not self.match(each, self.world.readers[address]["topics"])]
                    if foreign:
                        self.say("topics", "%s did not ask for %s" % (address, foreign))

    def erased(self):
        for each in self.world.others:
            if each["k"] == "files":
                for address in set(each["addresses"]) & set(self.erased_at):
                    self.say("erased", "%s is still in a file" % address)

    def store(self):
        check = self.world.told.get("db check")
        if check is None or check["status"] != 0:
            self.say("store", "db check: %s" % (check and check["out"]))


def days_of(title):
    """The days that "Harbour News, 30 October – 4 December 2026" names."""
    text = title.split(", ", 1)[-1]
    found = re.findall(r"(\d+)|(%s)" % "|".join(MONTHS), text)
    words = [int(number) if number else name for number, name in found]
    days, month, year = [], None, None
    for word in reversed(words):
        if isinstance(word, str):
            month = MONTHS.index(word) + 1
        elif word > 31:
            year = word
        elif month and year:
            days.append(datetime.date(year, month, word))
    return (min(days), max(days)) if days else None


def split(stream):
    lines = []
    for line in stream:
        entry = json.loads(line)
        if entry["k"] == "world" and lines:
            yield lines
            lines = []
        lines.append(entry)
        if entry["k"] == "over":
            yield lines
            lines = []
    if lines:
        yield lines


def main():
    for lines in split(open(sys.stdin.fileno(), encoding="utf-8", errors="replace")):
        world = World(lines)
        print(json.dumps({"seed": world.facts["seed"], "wrong": Judge(world).judge()}), flush=True)


if __name__ == "__main__":
    main()
