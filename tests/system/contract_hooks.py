"""The cases of [hooks]. See contract.py."""
from contract_world import AT, Case, once, setting
from hooks import Pings
from smtp_server import SmtpServer

SOON = "2026-01-26T08:45:00+02:00"
TOO_LATE = "2026-01-29T08:05:00+02:00"
KEEP = '["/bin/sh", "-c", "cat > told"]'
pings = once(Pings)


def told(world):
    path = world.folder / "told"
    return path.read_text() if path.exists() else "nothing"


def told_after(*jobs):
    """What a hook was told by jobs: a command and its time."""
    def observe(world):
        with SmtpServer() as server:
            if world.sections["smtp"]["url"] == '"drop:out"':
                world.set("smtp.tls", '"off"')
                world.with_relay(server)
            world.fill()
            for job, at in jobs:
                world.do_any(*job.split(), at=at)
            return told(world)
    return observe


def pinged(key, relay):
    """Whether the URL of the key was asked for."""
    def observe(world):
        if not relay:
            world.set("smtp.url", '"smtp://127.0.0.1:1"')
            world.write_config()
        world.fill().do_any("send", "weekly")
        return "asked: %s" % [each for each in pings().asked if each in world.sections["hooks"][key]]
    return observe


def page(path):
    return '"%s"' % pings().url(path)


def mailed(world):
    """What comes to the admin."""
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.fill().do_any("send", "weekly", at=TOO_LATE)
        return "\n".join("%s %s" % (each.envelope_to, each.octets.split(b"Subject: ")[1].split(b"\r\n")[0].decode()) for each in server.accepted)


HOOKS = {
    "on_edition_sent": Case(None, KEEP, told_after(("send weekly", AT)), in_a="nothing", in_b='"edition":"weekly#1"'),
    "on_relay_paused": Case(None, KEEP, told_after(("send weekly", AT)), prepare=setting(("smtp.url", '"smtp://127.0.0.1:1"')),
                            in_a="nothing", in_b='"event":"relay_paused"'),
    "on_source_failing": Case(None, KEEP, told_after(*[("collect harbour", AT)] * 3), prepare=setting(("source.url", '"file:missing.xml"')),
                              in_a="nothing", in_b='"source":"harbour"'),
    "on_trouble": Case(None, KEEP, told_after(("send weekly", TOO_LATE)), in_a="nothing", in_b='"about":"digest weekly"'),
    "timeout": Case('"1s"', '"60s"', told_after(("send weekly", AT)),
                    prepare=setting(("hooks.on_edition_sent", '["/bin/sh", "-c", "sleep 3; cat > told"]')), in_a="nothing", in_b="weekly#1"),
    "ping_success": Case(page("one"), page("two"), pinged("ping_success", relay=True), in_a="['/one']", in_b="['/two']"),
    "ping_failure": Case(page("three"), page("four"), pinged("ping_failure", relay=False), in_a="['/three']", in_b="['/four']"),
    "mail_to": Case(None, '"Admin <admin@example.org>"', mailed, in_b="admin@example.org [Harbour News] 1 trouble"),
}
