"""What CTest's run skipped, with reasons; the count comes last.

    tests/support/skips.py build/release/tests.xml

A test may skip if the kernel refuses it a right, and says so ("the kernel refuses ..."); any other skip fails: the tests' packages
are installed by scripts/test.sh, so nothing is missing.
"""
import re
import sys
import xml.etree.ElementTree

ALLOWED = re.compile(r"the kernel refuses ")


def skips(path):
    """(test, reason) of each."""
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        told = re.findall(r"^SKIPPED: (.*)$", case.findtext("system-out") or "", re.M)
        if not told and (case.find("skipped") is not None or case.get("status") == "notrun"):
            told = ["it gives no reason"]
        for reason in told:
            yield case.get("name"), reason


def main():
    found = sorted(set(skips(sys.argv[1])))
    wrong = [each for each in found if not ALLOWED.search(each[1])]
    for test, reason in found:
        print("%s %s: %s" % ("skipped" if ALLOWED.search(reason) else "MUST NOT SKIP", test, reason))
    print("%d skipped, %d of them without leave" % (len(found), len(wrong)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
