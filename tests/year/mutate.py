"""Plants bugs and lets `year` look for them: each file of mutants/ is a patch of one source of src/, and a bug that a tired programmer
could write. For each, that source is compiled with the bug in it and linked in front of the rooms' libraries.

    tests/year/mutate.py [--build build/release] [--seeds 1000] [--days 20] [NAME...]

Prints by which seed each is found and by which rule; those that survive want a new rule of the oracle. Exit 1 if any survives.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]


def compiled(patch, build_folder):
    """The source with the bug in it. ccache makes a second hunt start at once."""
    name = re.search(r"^\+\+\+ b/(\S+)", patch.read_text(), re.M).group(1)
    folder = build_folder / "mutants" / patch.stem
    folder.mkdir(parents=True, exist_ok=True)
    copy, target = folder / pathlib.Path(name).name, folder / "mutant.o"
    done = subprocess.run(["patch", "--quiet", "--follow-symlinks", "-o", str(copy), str(TOP / name), str(patch)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("%s does not apply: %s" % (patch.name, done.stdout + done.stderr))
    commands = json.loads((build_folder / "compile_commands.json").read_text())
    words = shlex.split(next(each["command"] for each in commands if each["file"] == str(TOP / name)))
    words[words.index("-o") + 1] = str(target)
    words[words.index("-c") + 1] = str(copy)
    words = [each for each in words if each != "-Werror"]
    if shutil.which("ccache") and "ccache" not in words[0]:
        words.insert(0, "ccache")
    environment = dict(os.environ, CCACHE_SLOPPINESS="pch_defines,time_macros,include_file_mtime,include_file_ctime")
    subprocess.run(words, cwd=build_folder, check=True, capture_output=True, env=environment)
    return target


def build(patch, build_folder, folder):
    target = compiled(patch, build_folder)
    links = subprocess.run(["ninja", "-C", str(build_folder), "-t", "commands", "year"], check=True, capture_output=True, text=True).stdout
    link = links.splitlines()[-1]
    first_library = re.search(r"\S+\.a\b", link).group(0)
    link = link.replace(" %s" % first_library, " %s %s" % (target, first_library), 1)
    link = re.sub(r" -o \S+", " -o %s" % (folder / "year"), link, count=1)
    subprocess.run(link, cwd=build_folder, check=True, shell=True, capture_output=True)
    return folder / "year"


def hunt(program, seeds, days, workers):
    done = subprocess.run([str(program), "--seeds", "1-%d" % seeds, "--days", str(days), "--first", "--workers", str(workers)], capture_output=True, text=True)
    found = re.search(r'^seed (\d+): .*?"wrong": \[\["([^"]+)"', done.stdout, re.M)
    if found:
        return int(found.group(1)), found.group(2)
    if done.returncode != 0:
        return 1, "the world stands still"
    return None


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build", type=pathlib.Path, default=TOP / "build/release")
    arguments.add_argument("--seeds", type=int, default=1000)
    arguments.add_argument("--days", type=int, default=20)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("names", nargs="*")
    options = arguments.parse_args()
    patches = sorted(each for each in (HERE / "mutants").glob("*.patch") if not options.names or each.stem in options.names)
    found, alive = [], []
    for patch in patches:
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="tidings-mutant-") as folder:
            program = build(patch, options.build.resolve(), pathlib.Path(folder))
            result = hunt(program, options.seeds, options.days, options.workers)
        seconds = time.monotonic() - begin
        if result:
            found.append(result[0])
            print("%-36s seed %4d  %-12s %4.0f s" % (patch.stem, result[0], result[1], seconds), flush=True)
        else:
            alive.append(patch.stem)
            print("%-36s SURVIVES %d seeds       %4.0f s" % (patch.stem, options.seeds, seconds), flush=True)
    if found:
        print("%d planted, %d found, median seed %d; alive: %s" % (len(patches), len(found), statistics.median(found), ", ".join(alive) or "none"))
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
