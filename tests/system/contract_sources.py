"""Cases of the contract: how sources are asked, and what rules and filters make of their posts."""
from contract_world import AT, HARBOUR, Blog, Case, order_of_titles
from tidings import Article, rss

PROGRAM = """#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    post = json.loads(line)
    print(json.dumps({"id": post["id"], "title": "%s " + post["title"]%s}))
"""


def asked(world):
    """The request for the first source when it is on a web server of this machine."""
    world.secret("one", "first")
    world.secret("two", "second")
    with Blog(world.folder) as blog:
        world.set("source.url", '"%s"' % blog.url("harbour.xml"))
        world.set("source.allow_private_address", "true")
        world.write_config()
        world.run("collect", "harbour")
        return "asked %d\n" % len(blog.asked) + "\n".join("%s: %s" % each for _, headers in blog.asked[:1] for each in sorted(headers.items()))


def asked_twice(world):
    with Blog(world.folder) as blog:
        world.set("source.url", '"%s"' % blog.url("harbour.xml"))
        world.set("source.allow_private_address", "true")
        world.write_config()
        for time in (AT, AT.replace("08:05", "10:05")):
            world.run("collect", at=time)
        return "asked %d" % len(blog.asked)


def by_proxy(world):
    """Whether the proxy, the web server of this machine, is asked for the source on another host."""
    with Blog(world.folder) as blog:
        world.set("source.url", '"http://blog.example/harbour.xml"')
        if "proxy" in world.lists["source"][0]:
            world.set("source.proxy", '"%s"' % blog.url("").rstrip("/"))
        world.write_config()
        world.run("collect", "harbour")
        return "asked %s" % [path for path, _ in blog.asked]


def pictures(world):
    with Blog(world.folder) as blog:
        world.write("harbour.xml", rss("Harbour", [Article("Boat", blog.url("boat.html"), HARBOUR[0].appears, HARBOUR[0].published, "<p>A boat.</p>")]))
        world.write("boat.html", '<html><head><meta property="og:image" content="/boat.png"></head><body><p>A boat.</p></body></html>')
        world.set("source.url", '"%s"' % blog.url("harbour.xml"))
        world.set("source.allow_private_address", "true")
        world.write_config()
        world.run("collect", "harbour")
        return "\n".join(each["image"] or "none" for each in (world.json("post", "show", post["id"])[0] for post in world.json("post", "list")))


def login(**keys):
    def prepare(world):
        for key, value in keys.items():
            world.set("source." + key, value)
    return prepare


def environment(*keys, **more):
    def prepare(world):
        world.environment.update(ONE_SECRET="first", TWO_SECRET="second")
        login(**more)(world)
    return prepare


def rule(**keys):
    def prepare(world):
        world.lists["rule"] = [{"any": '"bread"', **keys}]
    return prepare


def program(**keys):
    def prepare(world):
        for name in ("one", "two"):
            world.write("bin/" + name, PROGRAM % (name, "")).chmod(0o755)
        world.write("bin/slow", "#!/bin/sh\nsleep 1\ncat > /dev/null\n").chmod(0o755)
        world.lists["filter"] = [{"name": '"helper"', "command": '["bin/one"]', **keys}]
    return prepare


def titles(world):
    """The titles as stored, and what was said."""
    world.write_config()
    said = world.said("collect")
    return said + "\n".join(each["title"] for each in world.json("post", "list"))


CASES = {
    "source.interval": Case(None, '"6h"', asked_twice, in_a="asked 2", in_b="asked 1"),
    "source.username": Case('"ada"', '"ben"', asked, login(password_file='"one"'), in_a="Basic YWRhOmZpcnN0", in_b="Basic YmVuOmZpcnN0"),
    "source.password_file": Case('"one"', '"two"', asked, login(username='"a"'), in_a="Basic YTpmaXJzdA==", in_b="Basic YTpzZWNvbmQ="),
    "source.password_env": Case('"ONE_SECRET"', '"TWO_SECRET"', asked, environment(username='"a"'), in_a="Basic YTpmaXJzdA==", in_b="Basic YTpzZWNvbmQ="),
    "source.password_command": Case('"echo first"', '"echo second"', asked, login(username='"a"'), in_a="Basic YTpmaXJzdA==", in_b="Basic YTpzZWNvbmQ="),
    "source.bearer_file": Case('"one"', '"two"', asked, in_a="Bearer first", in_b="Bearer second"),
    "source.bearer_env": Case('"ONE_SECRET"', '"TWO_SECRET"', asked, environment(), in_a="Bearer first", in_b="Bearer second"),
    "source.bearer_command": Case('"echo first"', '"echo second"', asked, in_a="Bearer first", in_b="Bearer second"),
    "source.header": Case('"X-Key"', '"X-Other"', asked, login(header_value_file='"one"'), in_a="X-Key: first", in_b="X-Other: first"),
    "source.header_value_file": Case('"one"', '"two"', asked, login(header='"X-Key"'), in_a="X-Key: first", in_b="X-Key: second"),
    "source.header_value_env": Case('"ONE_SECRET"', '"TWO_SECRET"', asked, environment(header='"X-Key"'), in_a="X-Key: first", in_b="X-Key: second"),
    "source.header_value_command": Case('"echo first"', '"echo second"', asked, login(header='"X-Key"'), in_a="X-Key: first", in_b="X-Key: second"),
    "source.proxy": Case(None, '"http://127.0.0.1:1"', by_proxy, in_a="asked []", in_b="http://blog.example/harbour.xml"),
    "source.images_from": Case('"feed"', '"page"', pictures, in_b="boat.png"),
    "rule.sources": Case(None, '["garden"]', order_of_titles, rule(), in_b="Bread is cheap"),
    "rule.any": Case('"bread"', '"pier"', order_of_titles, rule(), in_a="New pier", in_b="Bread is cheap"),
    "rule.all": Case(None, '["pier"]', order_of_titles, rule(), in_b="Bread is cheap"),
    "rule.unless": Case(None, '"category:food"', order_of_titles, rule(), in_b="Bread is cheap"),
    "rule.action": Case('"drop"', '"pin"', order_of_titles, rule(), in_b="Bread is cheap Tulips"),
    "rule.topic": Case('"tea"', '"coffee"', order_of_titles, lambda world: (rule(action='"topic"')(world), world.set("digest.topics", '["coffee"]')), in_b="Bread is cheap"),
    "filter.name": Case('"helper"', '"other"', titles, program(command='["bin/absent"]'), in_a="filter helper", in_b="filter other"),
    "filter.command": Case('["bin/one"]', '["bin/two"]', titles, program(), in_a="one New pier", in_b="two New pier"),
    "filter.sources": Case(None, '["garden"]', titles, program(), in_a="one New pier", in_b="one Roses"),
    "filter.timeout": Case('"1m"', '"100ms"', titles, program(command='["bin/slow"]'), in_b="ran longer than"),
    "filter.max_bytes": Case('"4MiB"', '"10B"', titles, program(), in_a="one New pier", in_b="wrote more than"),
    "filter.max_posts": Case("100", "1", titles, program()),
}
