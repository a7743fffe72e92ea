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

MINUTE, HOUR, DAY = 60_000, 3600_000, 86400_000
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
        return self.words[:2] == ["send", "--due"] or self.stays()

    def stays(self):
        """For hours, as a service."""
        return self.words[0] == "run"

    def wrong_clock(self):
        return "behind" in self.begins or "ahead" in self.begins

    def whole(self):
        """What it was to do, it did or told why not."""
        return not self.died() and not self.hurt() and not self.kept_out() and not self.wrong_clock()

    def kept_out(self):
        """By the lock of another, because the store is a copy, or by a mistake in config.toml."""
        return "another tidings is" in self.ends["errors"] or self.status in (77, 78)

    def sources_ill(self):
        return any(each["k"] == "served" and each["how"] == "outage" for each in self.events)


class World:
    """A journal in order."""

    def __init__(self, lines):
        self.facts, self.posts, self.readers, self.jobs, self.told = lines[0], {}, {}, [], {}
        self.others, self.undone, self.walked, jobs = [], [], {}, []
        for line in lines[1:]:
            kind = line["k"]
            if kind == "post":
                self.posts[line["number"]] = line
            elif kind == "reader":
                self.readers[line["address"]] = line
            elif kind == "begins":
                jobs.append(Job(line))
                self.jobs.append(jobs[-1])
            elif kind == "ends":
                jobs.pop().ends = line
            elif kind == "undone":
                self.undone.append((line["since"], line["t"]))
                self.others.append(line)
            elif kind == "told":
                self.told[" ".join(line["words"][:2])] = line
            elif kind in ("mail", "answered", "refused", "served"):
                if "to" in line:
                    line["at"], line["to"] = line["to"], self.person(line["to"])
                line["job"] = jobs[-1]
                jobs[-1].events.append(line)
            else:
                self.others.append(line)
        self.zone = zoneinfo.ZoneInfo(self.facts["zone"])
        self.digests = {each["name"]: each for each in self.facts["digests"]}
        for digest in self.digests.values():  # a service that runs does not know of it until it ends
            digest["changes"] = next((each.ends["t"] + 1 for each in self.jobs if each.stays() and each.at < digest["changes"] <= each.ends["t"]), digest["changes"])

    def person(self, address):
        """The first address of whoever has moved."""
        if not address.endswith("@moved.example"):
            return address
        return next((each for each in self.readers if each.startswith(address[:5])), address)

    def forgot(self, ms):
        """Whether a copy came into the place of the store that knows nothing of that moment."""
        return any(since < ms <= until for since, until in self.undone)

    def local(self, ms):
        return datetime.datetime.fromtimestamp(ms / 1000, self.zone)

    def setting(self, digest, key):
        found = re.search(r"^%s = \"?(\w+)" % key, self.digests[digest]["more"], re.M)
        return found.group(1) if found else None


def runs_of(world, digest):
    """The runs of a digest; the publisher may have changed its schedule."""
    facts = world.digests[digest]
    if not facts.get("changes"):
        return runs_of_schedule(world, facts["schedule"])
    # A run between the last call by the old schedule and the change is never made.
    last_call = max((job.ends["t"] for job in world.jobs if job.is_send() and job.at < facts["changes"]), default=0)
    before = [each for each in runs_of_schedule(world, facts["schedule"]) if each < facts["changes"] and each <= last_call]
    after = runs_of_schedule(world, facts["later"])
    # A time of today that has passed when it is chosen is due at once, unless today's edition is out.
    passed = max((each for each in after if each < facts["changes"]), default=0)
    return before + ([passed] if passed > max(before, default=0) else []) + [each for each in after if each >= facts["changes"]]


def runs_of_schedule(world, schedule):
    if schedule not in world.walked:
        world.walked[schedule] = walk(world, schedule)
    return world.walked[schedule]


def walk(world, schedule):
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
        self.acts = {each["job"]: each for each in world.others if each["k"] == "act"}
        self.hidden = {int(each["address"]): each["t"] for each in world.others if each["k"] == "act" and each["kind"] == "hide"}
        self.once_hidden = set(self.hidden)
        self.known_runs = {}
        self.see_posts()
        self.follow_people()
        self.failed_by_edition = self.failed_editions()
        self.failed = {address: set().union(*editions.values()) for address, editions in self.failed_by_edition.items()}

    def say(self, rule, words):
        self.wrong.append([rule, words])

    def judge(self):
        for rule in (self.statuses, self.not_asked_again, self.reviewed, self.kept_out_by_the_editor, self.exports, self.once, self.nobody_unasked, self.nothing_missed,
                     self.steered, self.clocks, self.sources_asked, self.editions, self.books, self.titles, self.parts, self.erased, self.kept_secret, self.kept_private, self.store):
            rule()
        return self.wrong

    # ---- what was to be seen

    def see_posts(self):
        """For each post when the program has first seen it, for sure not before `low` and for sure by `high`; and which were there at
        the first reading of their source."""
        self.low, self.high, self.first_reading, self.seen_wrongly, files, read = {}, {}, set(), set(), {}, {}
        undone = collections.deque(self.world.undone)
        added = {each["name"]: each.get("added", 0) for each in self.world.facts["sources"]}
        changes = collections.deque(each for each in self.world.others if each["k"] == "file")
        for job in self.world.jobs:
            while changes and changes[0]["t"] <= job.at:
                files[changes[0]["source"]] = changes[0]["posts"]
                changes.popleft()
            if not job.is_send():
                continue
            while undone and undone[0][1] <= job.at:
                since, until = undone.popleft()
                self.high = {number: when for number, when in self.high.items() if not since < when <= until}
                read = {source: when for source, when in read.items() if not since < when <= until}
            if job.kept_out():
                continue
            shown = [(each["source"], each["posts"], each["t"] + MINUTE) for each in job.events if each["k"] == "served" and each["how"] == "feed"]
            # What a process that died has read of files nobody knows.
            shown += [(source, posts, job.ends["t"]) for source, posts in files.items() if added[source] <= job.at]
            for source, posts, when in shown:
                for number in posts:
                    if job.wrong_clock() and number not in self.low:
                        self.seen_wrongly.add(number)
                    self.low.setdefault(number, job.at)
                    if source not in read:
                        self.first_reading.add(number)
                    if job.whole() and number not in self.high:
                        self.high[number] = when if job.stays() else job.ends["t"]
                if job.whole():
                    read.setdefault(source, job.at)

    def match(self, number, topics):
        return not topics or self.world.posts[number]["topic"] in topics

    # ---- people

    def follow_people(self):
        """For each address when it joined, when it is surely gone, and what it asked for in between."""
        self.joined, self.gone, self.changes, self.erased_at = {}, {}, collections.defaultdict(list), {}
        self.pauses, self.moved = collections.defaultdict(list), {}
        returned = collections.deque(each for each in self.world.others if each["k"] == "returned")
        acts = [(each["t"], 1, each) for each in self.world.others if each["k"] in ("act", "undone")]
        ingests = [(job.ends["t"], 0, job) for job in self.world.jobs if (job.words[:2] == ["bounce", "ingest"] or job.stays()) and job.status == 0 and not job.hurt()]
        self.perhaps_gone = {each["address"] for each in returned if each["kind"] in ("leave_mail", "complain", "hard_bounce")}
        tried = set()
        for when, _, what in sorted(acts + ingests, key=lambda each: each[:2]):
            if isinstance(what, Job):
                while returned and returned[0]["t"] <= what.at:
                    mail = returned.popleft()
                    if mail["kind"] in ("leave_mail", "complain", "hard_bounce"):
                        self.gone.setdefault(mail["address"], when)
            elif what["k"] == "undone":
                self.forget(what["since"], when)
            else:
                self.follow(what, when, tried)

    def follow(self, act, when, tried):
        address, kind = act["address"], act["kind"]
        done_before = kind == "erase" and act["status"] == 66 and address in tried  # it died when all was done
        tried.add(address)
        if act.get("page", 200) != 200 or act["status"] != 0 and not done_before:
            return
        if kind == "import":
            for each in self.world.readers.values():
                if each.get("first") and each["address"] not in self.gone:
                    self.joined.setdefault(each["address"], when)
        elif kind in ("join", "confirm"):
            self.joined.setdefault(address, when)
        elif kind == "change":
            self.changes[address].append((when, act["words"][-1]))
        elif kind.startswith("pause"):
            self.end_pause(address, when)
            self.pauses[address].append((when, self.midnight(kind.split()[-1])))
        elif kind == "resume":
            self.end_pause(address, when)
        elif kind == "moved":
            self.moved[address] = when
        elif kind in ("leave", "erase", "suppress", "again_leave", "again_erase", "again_suppress"):
            self.gone.setdefault(address, when)
            if kind.endswith("erase"):
                self.erased_at[address] = when

    def end_pause(self, address, when):
        if self.pauses[address]:
            begin, end = self.pauses[address].pop()
            self.pauses[address].append((begin, min(when, end)))

    def forget(self, since, until):
        """A copy of the store is back that knows nothing of what was done in between."""
        for known in (self.joined, self.moved):
            for address in [address for address, when in known.items() if since < when <= until]:
                del known[address]
        for number in [number for number, when in self.hidden.items() if since < when <= until]:
            del self.hidden[number]
            self.once_hidden.add(number)

    def midnight(self, day):
        return datetime.datetime.fromisoformat(day).replace(tzinfo=self.world.zone).timestamp() * 1000

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
            act = self.acts.get(job.number)
            if job.is_send():
                allowed = {0, 69, 75}
                calm = job.begins["mood"] == "good" and job.begins["mood2"] == "good" and not job.sources_ill()
                if calm and not job.hurt() and job.status == 69:
                    if not re.search("could not be read|source|held", job.ends["errors"]):
                        self.say("status", "%s on a fine day: %s" % (where, first))
                if job.stays():
                    allowed = {0}
            elif job.words[:2] == ["bounce", "ingest"]:
                allowed = {0, 75}
            elif job.words[:2] == ["edition", "approve"]:
                allowed = {0, 65, 75, 77}
            if "meanwhile" in job.begins:
                allowed = allowed | {75}  # the store is locked
            if job.hurt():
                allowed |= {65, 69, 73, 74, 75}
            if act:
                allowed = {"nonsense": {64, 65, 66}, "second_run": {75}, "guarded": {77}, "typo": {78}}.get(act["kind"], allowed)
                if act["kind"] == "erase" and act["address"] in self.erased_at:
                    allowed = {0, 66}
                if act["kind"].startswith("again"):
                    allowed = {0, 66}  # whoever joined after the copy was made is not known
                if act["kind"].startswith(("change", "pause", "resume", "move")) and self.refused_for_good(act["address"]):
                    allowed = {0, 65, 77}
                if act.get("page", 200) != 200 and not self.world.undone and act["kind"] != "erase" and "meanwhile" not in job.begins:
                    self.say("link", "%s: a link of ours is answered by %d to %s (%s)" % (where, act["page"], act["address"], act["kind"]))
            if job.status not in allowed:
                self.say("status", "%s: %s" % (where, first))
            if act and act["kind"] == "typo" and any(each["k"] in ("mail", "served") for each in job.events):
                self.say("typo", "%s went on with a config.toml that has a mistake in it" % where)
            elif job.is_send() and job.whole():
                self.tells_trouble(job, where)
            if job.status and not job.ends["errors"].strip():
                if not (job.status == 75 and job.ends["out"].strip()):
                    self.say("silent", where)

    def runs(self, digest):
        if digest not in self.known_runs:
            self.known_runs[digest] = runs_of(self.world, digest)
        return self.known_runs[digest]

    def runs_known(self, digest, when):
        """Those of the schedule that held at the time: nobody knows then that it will change."""
        changes = self.world.digests[digest].get("changes")
        runs = self.runs(digest)
        if changes and when < changes:
            before = set(runs_of_schedule(self.world, self.world.digests[digest]["schedule"]))
            runs = [each for each in runs if each in before]
        return runs

    def run_at(self, digest, when):
        """The newest run by then."""
        return max((each for each in self.runs_known(digest, when) if each <= when), default=None)

    def holds_what_is_late(self, job, where):
        """Nothing is held that is not more than max_lateness late."""
        for digest in re.findall(r"^(\w+): held, it was due", job.ends["out"], re.M):
            run = self.run_at(digest, job.at) or 0
            if job.at - run < MAX_LATENESS:
                self.say("held", "%s holds %s, which was due %s" % (where, digest, self.world.local(run)))
        for edition, due in re.findall(r"held: (\S+) was due (\d{4}-\d\d-\d\d \d\d:\d\d)", job.ends["errors"]):
            when = datetime.datetime.fromisoformat(due).replace(tzinfo=self.world.zone).timestamp() * 1000
            if job.at - when < MAX_LATENESS - HOUR:
                self.say("held", "%s holds %s, which was due %s" % (where, edition, due))

    def tells_trouble(self, job, where):
        self.holds_what_is_late(job, where)
        unreachable = self.world.facts["relays"] == 1 and job.begins["mood"] in ("refused", "lost", "greets_554")
        sealed = re.search(r"^\w+#\d+ .*: \d+ posts? for", job.ends["out"], re.M)
        if unreachable and sealed and "relay 127.0.0.1" not in job.ends["errors"]:
            self.say("silent", "%s says nothing of the relay (%s)" % (where, job.begins["mood"].replace("_", " ")))
        if job.status == 0 and not job.stays() and re.search(r"[1-9]\d* (deferred|to go)", job.ends["out"]):
            self.say("silent", "%s: %s" % (where, job.ends["out"].strip().splitlines()[-1]))
        for event in job.events:
            if event["k"] == "served" and event["how"] == "outage" and event["source"] not in job.ends["errors"]:
                self.say("silent", "%s says nothing of %s, which was out of order" % (where, event["source"]))

    def not_asked_again(self):
        """Whom a relay does not know is asked for no more."""
        for address, refusals in self.refusals.items():
            jobs = {each["job"].number for each in refusals if each["said"].startswith("550 5.1.1") and each["job"].whole() and each["job"].is_send() and not self.world.forgot(each["t"])}
            if len(jobs) > 2:
                self.say("suppressed", "%s is unknown, and was asked for in jobs %s" % (address, sorted(jobs)))

    def reviewed(self):
        """Nothing of a digest with an editor leaves before the editor has said yes."""
        for digest in self.world.digests:
            if not self.world.setting(digest, "review"):
                continue
            approved = sorted(each["t"] for each in self.world.others if each["k"] == "act" and each["kind"] == "approve" and each["address"] == digest)
            seen = set()
            for mail in sorted((mail for mails in self.mails.values() for mail in mails if digest_of(mail) == digest), key=lambda each: each["number"]):
                seen.add(number_of(mail))
                if len(seen) > len([each for each in approved if each <= mail["job"].at]):
                    self.say("review", "%s left in job %d and nobody had approved it" % (mail["id"], mail["job"].number))
                    break

    def kept_out_by_the_editor(self):
        """A hidden post is in no edition that is made afterwards."""
        made = {"%s#%d" % (row["digest"], row["number"]): ms_of(row["sealed"]) for row in self.rows("edition list") if row["number"] and row["sealed"]}
        for mails in self.mails.values():
            for mail in mails:
                edition = "%s#%s" % (digest_of(mail), number_of(mail))
                for number in set(mail["text"]) & set(self.hidden):
                    if made.get(edition, 0) > self.hidden[number] and mail["job"].at > self.hidden[number] and not self.world.setting(digest_of(mail), "review"):
                        self.say("hidden", "%s carries [%04d], which the editor had hidden" % (edition, number))
                        return

    def exports(self):
        """Whoever asks what is known of them is told of each edition that they got."""
        for job in self.world.jobs:
            act = self.acts.get(job.number)
            if not act or act["kind"] != "export" or job.status != 0 or len(job.ends["out"]) > 3900:
                continue
            got = {"%s#%s" % (digest_of(mail), number_of(mail)) for mail in self.mails[act["address"]] if mail["list"] and mail["job"].number < job.number and self.is_known(mail) and not self.world.forgot(mail["t"])}
            if act.get("page", 200) != 200:
                continue
            if act["address"][:5] not in job.ends["out"] or any(each not in job.ends["out"] for each in got):
                self.say("export", "%s does not tell all of %s" % (act["address"], ", ".join(sorted(got))))

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
                    if before is None or self.world.forgot(before["t"]):
                        seen[number] = mail
                    elif before["id"] != mail["id"]:
                        self.say("twice", "%s got [%04d] in %s and %s" % (address, number, before["id"], mail["id"]))
                    elif self.world.facts["hold"]:
                        self.say("again", "%s got %s once more in job %d, though what is in doubt is held" % (address, mail["id"], mail["job"].number))
                        break
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
            # A relay that breaks each session leaves as much in doubt in each; a loss of power takes the journal along.
            in_order = all(job.begins[mood] not in ("cut", "silent") for mood in ("mood", "mood2"))
            if job.died() and job.begins["death"] == "kill" and in_order and len(doubled) > most and not self.world.forgot(job.at):
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

    def steered(self):
        """Nobody gets an edition while they pause, nor at the address that they have left, nor at one that has not said yes."""
        for address, mails in self.mails.items():
            for mail in [mail for mail in mails if mail["list"]]:
                job = mail["job"]
                if any(begin <= job.at and mail["t"] < end for begin, end in self.pauses[address]) and not self.has_been_ahead(job) and not self.world.undone:
                    self.say("paused", "%s got %s in job %d and had asked for a pause" % (address, mail["id"], job.number))
                elif mail["at"] != address and job.at < self.moved.get(address, 1 << 60) and not self.world.forgot(mail["t"]):
                    self.say("moved", "%s got %s in job %d and had not confirmed" % (mail["at"], mail["id"], job.number))
                elif mail["at"] == address and job.at >= self.moved.get(address, 1 << 60):
                    self.say("moved", "%s got %s in job %d and had moved" % (address, mail["id"], job.number))

    def sources_asked(self):
        """In the calm each source is read again, whatever it has answered before."""
        served = [each for job in self.world.jobs for each in job.events if each["k"] == "served"]
        for source in {each["source"] for each in served}:
            if not any(each["source"] == source and each["how"] in ("feed", "304") and each["t"] > self.world.facts["ends"] for each in served):
                self.say("unread", "%s is not asked any more, though nothing is wrong with it" % source)

    def has_been_ahead(self, job):
        """By then, once: a pause that was over in the future is over."""
        return any("ahead" in each.begins and each.number <= job.number for each in self.world.jobs)

    def clocks(self):
        """A run that has been in the future is told of until the admin mends the dates; then nothing is of the future any more."""
        ahead = None
        for job in self.world.jobs:
            if "ahead" in job.begins:
                ahead = job if re.search(r"^\w+#\d+ .*: \d+ posts? for", job.ends["out"], re.M) and job.status in (0, 69, 75) else None
            elif job.words[:2] == ["db", "check"] or self.world.forgot(job.at):
                ahead = None
            elif ahead and job.is_send() and job.whole() and job.begins["t"] < ahead.at + ahead.begins["ahead"] - DAY and "future" not in job.ends["errors"]:
                self.say("silent", "job %d: tidings %s says nothing of the future that job %d was in" % (job.number, " ".join(job.words), ahead.number))
        # Once the admin has mended the dates, nothing is of the future any more.
        status = self.rows("status --json")
        if status and status[0].get("clock"):
            self.say("clock", "; ".join(status[0]["clock"]))

    def has_paused(self, address, number, shown_at):
        """Whether a pause has to do with a post: between its first sight and its edition."""
        until = max([shown_at.get((digest, number), 1 << 60) for digest in self.digests_of(address)]) + GIVE_UP + 3 * DAY
        return any(begin <= until and self.low[number] <= end for begin, end in self.pauses[address])

    def digests_of(self, address):
        return {self.world.readers[address]["digest"]} | {name for _, name in self.changes[address]}

    def nothing_missed(self):
        shown, shown_at = collections.defaultdict(set), {}  # by digest, to anybody
        for mail in sorted((mail for mails in self.mails.values() for mail in mails), key=lambda each: each["number"]):
            shown[digest_of(mail)] |= set(mail["text"])
            for number in mail["text"]:
                shown_at.setdefault((digest_of(mail), number), mail["t"])
        for address, reader in self.world.readers.items():
            since = self.joined.get(address)
            if since is None or address in self.gone or address in self.perhaps_gone:
                continue
            got = {number for mail in self.mails[address] for number in mail["text"]}
            digests = self.digests_of(address)
            missing = [number for number, high in self.high.items() if number not in got and self.low[number] >= since and
                       number not in self.first_reading and number not in self.once_hidden and not self.has_paused(address, number, shown_at) and self.match(number, reader["topics"]) and high < self.world.facts["ends"] and
                       not self.left_out(number, digests)]
            least = max([int(self.world.setting(each, "min_posts") or 1) for each in digests])
            unshown = [number for number in missing if any(number not in shown[each] for each in digests)]
            if unshown and len(unshown) < least:
                missing = [number for number in missing if number not in unshown]
            missing = [number for number in missing if number not in self.failed.get(address, ())]
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

    @property
    def last_words(self):
        return next((job.ends["errors"] for job in reversed(self.world.jobs) if job.is_send()), "")

    def failed_editions(self):
        """By address and edition the posts of which the program says that they failed, where the relays bear it out."""
        failed = collections.defaultdict(set)
        for row in self.rows("delivery list"):
            if row["state"] in ("failed", "in_doubt"):
                failed[self.world.person(row["address"])].add(row["edition"])
        out = {}
        posts = self.posts_of_editions()
        for address, editions in failed.items():
            said = self.refusals[address]
            about_it = [each for each in said if each["by"] == "mailbox" and each["said"].startswith("5")]
            odd = [each for each in said if each["by"] == "odd_words" and not self.all_alike(address, each["job"])]
            # A relay that takes the others' mail may mean this mailbox by what it says of us, but not by our quota.
            later = [each for each in said if each["by"] != "quota"]
            long = later and later[-1]["t"] + later[-1]["job"].begins.get("ahead", 0) - said[0]["t"] >= GIVE_UP - HOUR
            told = all(re.search(r"\b%s: \d+ deliver\w+ in doubt \w+ held" % re.escape(each), self.last_words) for each in editions)
            if address in self.world.readers and not about_it and not odd and not long and not told:
                self.say("charged", "%s has failed in %s, and no relay said a word against that mailbox" % (address, ", ".join(sorted(editions))))
                continue
            out[address] = {each: posts.get(each, set()) | self.carried(address, each) for each in editions}
        return out

    def carried(self, address, edition):
        """What a reader was owed from before, if this is the first edition of the digest that they have changed to."""
        digest, scheduled = edition.split("#")[0], self.scheduled().get(edition)
        changed = max((when for when, name in self.changes[address] if name == digest and scheduled and when < scheduled + DAY), default=None)
        if changed is None or any(digest_of(mail) == digest and changed < mail["t"] < scheduled for mail in self.mails[address]):
            return set()
        return {number for number, high in self.high.items() if high <= scheduled}

    def scheduled(self):
        return {"%s#%d" % (row["digest"], row["number"]): ms_of(row["scheduled"]) for row in self.rows("edition list") if row["number"]}

    def all_alike(self, address, job):
        """Whether a whole list was refused in words that nobody has listed, and not too short a one: then they are about us."""
        def digest_now(each):
            return next((name for when, name in reversed(self.changes[each]) if when <= job.at), self.world.readers.get(each, {}).get("digest"))
        def is_first(each):
            """Whom a relay has refused lately comes first now, and proves nothing."""
            return not any(job.at - 3 * DAY < one["t"] < job.at for one in self.refusals[each])
        odd = {each["to"] for each in job.events if each["k"] == "refused" and each["by"] == "odd_words"}
        alike = {each for each in odd if digest_now(each) == digest_now(address) and is_first(each)}
        is_first_word = not any(each["k"] == "mail" for other in self.world.jobs if other.number < job.number for each in other.events)
        return job.whole() and address in alike and (len(alike) > 2 or is_first_word) and not any(each["k"] == "mail" for each in job.events)

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
        if self.world.undone or any("ahead" in job.begins for job in self.world.jobs):
            return  # a restored copy counts anew; editions of the future are left out
        for digest in self.world.digests:
            reader = next((each for each in self.world.readers.values() if each["steady"] and each["digest"] == digest), None)
            limits = [self.world.setting(digest, key) for key in ("max_age", "max_posts", "min_posts")]
            if reader is None or any(limit not in (None, "none") for limit in limits):
                continue
            self.edition_by_edition(digest, reader["address"])

    def edition_by_edition(self, digest, address):
        """Each run of the schedule has the edition of all that was new to its first job that could make it, and of nothing else."""
        runs = self.runs(digest)
        scheduled = {}
        for row in self.rows("edition list"):
            if row["digest"] == digest and row["number"]:
                scheduled[row["number"]] = ms_of(row["scheduled"])
        numbers = {run: number for number, run in scheduled.items()}
        mails = {}
        for mail in self.mails[address]:
            if digest_of(mail) == digest:
                run = scheduled.get(number_of(mail))
                mails.setdefault(run, mail)
                if run not in runs:
                    self.say("edition", "%s: %s is of %s, when nothing was due" % (address, mail["id"], run and self.world.local(run)))
                    return
        shown = set()
        jobs = collections.defaultdict(list)
        for job in self.world.jobs:
            if job.is_send() and not job.kept_out():
                first = self.run_at(digest, job.at)
                for run in [first] + [each for each in self.runs_known(digest, job.at) if job.stays() and job.at < each <= job.ends["t"]]:
                    if run and run >= self.world.jobs[0].ends["t"]:
                        jobs[run].append(job)
        for run in sorted(jobs):
            able = jobs[run]
            first = next((index for index, job in enumerate(able) if job.whole()), len(able) - 1)
            sure_at = able[0].ends["t"] if able[0].whole() else able[0].at - 1
            if able[0].stays():
                sure_at = max(able[0].at - 1, run - 2 * MINUTE)
            # Nothing new and a source that is ill: the next job asks again.
            last = able[-1] if any(job.sources_ill() for job in able) else able[first]
            sure = {number for number, high in self.high.items() if high <= sure_at} - shown - self.first_reading - set(self.hidden)
            perhaps = {number for number, low in self.low.items() if low <= last.ends["t"]} - shown
            mail = mails.get(run)
            if mail is None:
                failed = self.failed_by_edition.get(address, {}).get("%s#%s" % (digest, numbers.get(run)), set())
                if sure <= failed:
                    shown |= perhaps & failed
                elif sure and any(job.whole() for job in able) and run < self.world.facts["ends"] + 2 * DAY:
                    self.say("edition", "%s never got the edition of %s (job %d) with %s" % (address, self.world.local(run), able[0].number, sorted(sure)))
                    return
                continue
            got = set(mail["text"])
            if sure - got:
                self.say("edition", "%s: %s of %s (job %d) lacks %s" % (address, mail["id"], self.world.local(run), able[0].number, sorted(sure - got)))
                return
            if got - perhaps:
                self.say("edition", "%s: %s of %s carries %s, seen after job %d" % (address, mail["id"], self.world.local(run), sorted(got - perhaps), last.number))
                return
            shown |= got

    # ---- what the program believes

    def books(self):
        believed = collections.Counter()
        for row in self.rows("delivery list"):
            if row["state"] in ("sent", "bounced"):
                believed[self.world.person(row["address"])] += 1
            if row["state"] == "claimed":
                self.say("books", "%s %s is claimed though nobody is at work" % (row["edition"], row["address"]))
        if "delivery list" not in self.world.told:
            return
        for address in self.world.readers:
            if address in self.erased_at:
                continue
            editions = [mail for mail in self.mails[address] if mail["list"]]
            most, least = len({mail["id"] for mail in editions}), len({mail["id"] for mail in editions if self.is_known(mail) and not self.world.forgot(mail["t"])})
            if not least <= believed[address] <= most:
                self.say("books", "%s got %d editions, the ledger says %d" % (address, most, believed[address]))

    def titles(self):
        first_reading = {}
        for number, low in self.low.items():
            source = self.world.posts[number]["source"]
            first_reading[source] = min(low, first_reading.get(source, low))
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
                    if low is None or number in self.seen_wrongly:
                        continue
                    if "published" not in post and low == first_reading.get(post["source"]):
                        continue  # it counts as its neighbours in the feed
                    if "published" in post and post["published"] <= low:
                        low = high = post["published"]
                    elif "published" in post and post["published"] < high:
                        continue
                    if self.world.local(low).date() > span[1] or self.world.local(high).date() < span[0]:
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
                for address in set(each["addresses"]):
                    if self.world.person(address) in self.erased_at:
                        self.say("erased", "%s is still in a file" % address)

    def kept_secret(self):
        """What the program is told in files for its owner alone stands nowhere else, and nobody is told of it."""
        for each in self.world.others:
            if each["k"] == "secrets":
                for path in each["files"]:
                    self.say("secret", "%s holds a password or a key" % path)
        for secret in self.world.facts.get("secrets", ()):
            for job in self.world.jobs:
                if secret in job.ends["out"] or secret in job.ends["errors"]:
                    self.say("secret", "job %d: tidings %s tells a password or a key" % (job.number, " ".join(job.words)))

    def kept_private(self):
        """Whatever the program writes is for its owner alone."""
        for each in self.world.others:
            if each["k"] == "open":
                for path in each["files"]:
                    self.say("private", "others may read %s" % path)

    def store(self):
        check = self.world.told.get("db check")
        if check is None or check["status"] != 0:
            self.say("store", "db check: %s" % (check and check["out"]))


def ms_of(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def digest_of(mail):
    found = re.search(r"<?(\w+)\.news\.example\.org>", mail["list"])
    return found.group(1) if found else None


def number_of(mail):
    found = re.search(r"^No\. (\d+)", mail["top"], re.M)
    return int(found.group(1)) if found else None


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
    if not days and month and year:  # a whole month, or some
        first = datetime.date(year, month, 1)
        names = [word for word in words if isinstance(word, str)]
        last = datetime.date(year, MONTHS.index(names[-1]) + 1, 28)
        return first if names[:1] == names[-1:] else datetime.date(year - 1, 1, 1), last + datetime.timedelta(days=3)
    return (min(days), max(days)) if days else None


def split(stream):
    lines = []
    for line in stream:
        if not line.strip():
            continue
        entry = json.loads(line)
        lines.append(entry)
        if entry["k"] == "over":
            yield lines
            lines = []
    if lines:
        raise SystemExit("the journal ends before its world")


def tell(world):
    """What happened, day by day."""
    digests = "; ".join("%s (%s%s)" % (each["name"], each["schedule"], "".join(", " + more for more in each["more"].split("\n") if more))
                        for each in world.facts["digests"])
    yield "World %d in %s: %d readers; %s." % (world.facts["seed"], world.facts["zone"], len(world.readers), digests)
    lines = []
    for each in world.others:
        if each["k"] == "act":
            lines.append((each["t"], "%s: %s (exit %d)" % (each["kind"].replace("_", " "), each["address"] or "the admin", each["status"])))
        elif each["k"] == "returned":
            lines.append((each["t"], "a mail comes back: %s of %s" % (each["kind"].replace("_", " "), each["address"])))
        elif each["k"] == "edit":
            lines.append((each["t"], "post [%04d] is edited" % each["number"]))
        elif each["k"] == "calm":
            lines.append((each["t"], "the weather is over; from now on all is calm"))
    for number, post in world.posts.items():
        if post["appears"] >= world.facts["begins"]:
            lines.append((post["appears"], "%s publishes [%04d]%s" % (post["source"], number, "" if "published" in post else ", undated")))
    for job in world.jobs:
        if job.is_send() or job.words[:2] == ["bounce", "ingest"] or job.died():
            lines.append((job.at, tell_job(job)))
    day = None
    for when, line in sorted(lines):
        local = world.local(when)
        if local.date() != day:
            day = local.date()
            yield day.strftime("%A %d %B %Y").replace(" 0", " ")
        yield "  %s  %s" % (local.strftime("%H:%M"), line)


def tell_job(job):
    took, taken = collections.Counter(), 0
    for event in job.events:
        if event["k"] == "mail":
            taken += 1
        elif event["k"] == "refused":
            took[event["said"].split("<")[0].strip()] += 1
        elif event["k"] == "served" and event["how"] == "outage":
            took["%s is out of order" % event["source"]] += 1
    words = ["job %d: tidings %s: " % (job.number, " ".join(job.words))]
    moods = [mood for mood in (job.begins["mood"], job.begins["mood2"]) if mood != "good"]
    if moods and job.is_send():
        words.append("(relay: %s) " % ", ".join(mood.replace("_", " ") for mood in moods))
    words.append("it dies at seam %d%s" % (job.begins["dies_at"], " with the power" if job.begins["death"] == "power" else "") if job.died() else "exit %d" % job.status)
    if taken:
        words.append(", %d mail%s taken" % (taken, "" if taken == 1 else "s"))
    words += ["; %s%s" % (what, " (%d)" % count if count > 1 else "") for what, count in took.items()]
    said = [line.strip() for line in (job.ends["out"] + job.ends["errors"]).split("\n") if line.strip()] if job.is_send() else []
    return "".join(words) + "".join("\n           | " + line[:150] for line in said)


def main():
    for lines in split(open(sys.stdin.fileno(), encoding="utf-8", errors="replace")):
        world = World(lines)
        print(json.dumps({"seed": world.facts["seed"], "wrong": Judge(world).judge()}), flush=True)
        if "--story" in sys.argv:
            print("\n".join(tell(world)) + "\n.", flush=True)


if __name__ == "__main__":
    main()
