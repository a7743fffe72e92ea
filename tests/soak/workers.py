"""The kill soak of many senders: four workers on PostgreSQL, any of them killed, stopped and woken at random instants, with
restarts of the server and cut connections between. Each edition's books must balance.

    TIDINGS=build/release/tidings python3 tests/soak/workers.py [--kills 200] [--seed 1]        exit 0 if all holds
"""
import argparse
import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import workers  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402
from tidings import Server  # noqa: E402

NAMES = ("w0", "w1", "w2", "w3")


def one_edition(case, chance, kills):
    """Sends it under fire; returns how many workers were killed."""
    killed = 0
    with SmtpServer([workers.SLOW]) as server:
        case.compose(server)
        alive = dict(zip(NAMES, case.start(*NAMES)))
        stopped = set()
        while case.home.sql("SELECT state FROM editions") != [("sent",)]:
            time.sleep(chance.uniform(0, 0.4))
            what = chance.random()
            name = chance.choice(NAMES)
            if what < 0.5 and killed < kills:
                alive[name].kill()
                alive[name].communicate()
                stopped.discard(name)
                killed += 1
                (alive[name],) = case.start(name)
            elif what < 0.6:
                alive[name].send_signal(signal.SIGCONT if name in stopped else signal.SIGSTOP)
                stopped ^= {name}
            elif what < 0.63:
                Server.get().stop(chance.choice((signal.SIGINT, signal.SIGQUIT)))
                Server.get().start()
            elif what < 0.68:
                Server.get().sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'tidings'")
        for worker in alive.values():
            worker.send_signal(signal.SIGCONT)
        case.wait_for(lambda: case.number("SELECT count(*) FROM lost_attempts") == 0, "all journals are read")
        case.wait_until_sent()
        case.stop(*alive.values())
        states = case.check_books(server, lost=killed)
    print("%d killed, %d in doubt" % (killed, len(states["in_doubt"])), flush=True)
    return killed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    killed = 0
    while killed < options.kills:
        case = workers.Case("wait_for")
        case.setUp()
        try:
            killed += one_edition(case, chance, options.kills - killed)
        finally:
            case.doCleanups()
    print("%d workers were killed; all books balance" % killed)


if __name__ == "__main__":
    main()
