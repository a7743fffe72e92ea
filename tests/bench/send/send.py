"""tidings beside Postfix's smtp-source on the same sinks: one run, medians, ratios.

    tests/bench/send/send.py BUILD_FOLDER [--messages 20000] [--rounds 5] [--delay 50] [--sessions 8]

Needs smtp-source and smtp-sink (Debian package postfix) in PATH or /usr/sbin; without them only tidings is measured.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import signal
import statistics
import subprocess
import time

parser = argparse.ArgumentParser()
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("--messages", type=int, default=20000)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--delay", type=int, default=50)
parser.add_argument("--sessions", type=int, default=8)
options = parser.parse_args()
os.environ["PATH"] += ":/usr/sbin"


class Sink:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([options.build / "bench_sink", *map(str, arguments)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def timed(command):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, cpu, done.stdout


def source(port, messages, sessions):
    seconds, cpu, _ = timed(["smtp-source", "-d", "-l", "30000", "-m", str(messages), "-s", str(sessions),
                             "-f", "a@bench.example", "-t", "b@bench.example", f"127.0.0.1:{port}"])
    return {"per_second": messages / seconds, "cpu_us": cpu * 1e6 / messages}


def ours(port, messages, sessions, dialect, *more):
    command = [options.build / "bench_send", f"smtp://127.0.0.1:{port}", str(messages), str(sessions), dialect, *more]
    return json.loads(timed(command)[2])


def row(name, results, base=None):
    rate = statistics.median(r["per_second"] for r in results)
    cpu = statistics.median(r["cpu_us"] for r in results)
    peak = max(r.get("peak_mb", 0) for r in results)
    ratios = f"  rate x{rate / base[0]:.2f}  cpu x{cpu / base[1]:.2f}" if base else ""
    print(f"{name:44} {rate:8.0f}/s {cpu:7.1f} us {peak:5.0f} MB{ratios}", flush=True)
    return rate, cpu


# Interleaved, so that another process's noise falls on all alike.
cases = {}
with Sink() as sink:
    plans = [(d, m) for d in ("lock-step", "pipelined", "chunking") for m in ((), ("--memory",))]
    for _ in range(options.rounds):
        if shutil.which("smtp-source"):
            cases.setdefault("smtp-source -d", []).append(source(sink.port, options.messages, options.sessions))
        for dialect, more in plans:
            name = f"tidings {dialect}{' without ledger on disk' if more else ''}"
            cases.setdefault(name, []).append(ours(sink.port, options.messages, options.sessions, dialect, *more))
print(f"bench sink, {options.sessions} sessions, {options.messages} messages of 30 kB, medians of {options.rounds}")
base = None
for name, results in cases.items():
    figures = row(name, results, base)
    base = base or figures
if options.delay:
    with Sink("--delay", options.delay) as sink:
        print(f"bench sink, every answer {options.delay} ms later, 32 sessions")
        count = max(options.messages // 10, 500)
        base = None
        if shutil.which("smtp-source"):
            base = row("smtp-source -d", [source(sink.port, count, 32)])
        for dialect in ("lock-step", "pipelined", "chunking"):
            figures = row(f"tidings {dialect}", [ours(sink.port, count, 32, dialect)], base)
            base = base or figures
