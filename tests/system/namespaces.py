"""Linux namespaces for tests: this process and its children alone see a network, and files in place of the machine's.

    if namespaces.inside():             # in the process that run_inside() started
        namespaces.enter()

A namespace cannot be left again, so that a test which needs one runs its own file anew.
"""
import ctypes
import fcntl
import os
import pathlib
import socket
import struct
import subprocess
import sys

FLAG = "--in-namespaces"
PUBLIC = "5.5.5.5"  # any address that is nobody's special one


def inside():
    return FLAG in sys.argv


def run_inside(test, file):
    """Runs `file` with FLAG, and asserts that it succeeded; skips where namespaces are not allowed."""
    done = subprocess.run([sys.executable, file, FLAG], capture_output=True, text=True, check=False)
    if done.returncode == 77:
        test.skipTest("the kernel refuses namespaces: " + done.stdout.strip())
    test.assertEqual(done.returncode, 0, done.stdout + done.stderr)


def enter(mounts=False, host_name=False):
    """No device but loopback, which has PUBLIC as well; with `mounts` some of our own, for show(); with `host_name` a name to be
    changed. Ends the process with status 77 where that is not allowed."""
    try:
        unshare(mounts, host_name)
        if mounts:
            show("/etc/hosts", "/etc/hosts")
    except (OSError, subprocess.CalledProcessError) as error:
        print(error)
        sys.exit(77)


def unshare(mounts, host_name=False):
    new_mounts, new_user, new_network = 0x00020000 if mounts else 0, 0x10000000, 0x40000000
    new_host_name = 0x04000000 if host_name else 0
    user, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(new_mounts | new_user | new_network | new_host_name) != 0:
        raise OSError(ctypes.get_errno(), "no namespaces here")
    for name, text in (("setgroups", "deny"), ("uid_map", "0 %d 1" % user), ("gid_map", "0 %d 1" % group)):
        pathlib.Path("/proc/self", name).write_text(text)
    set_flags, set_address, set_mask, up_and_running = 0x8914, 0x8916, 0x891C, 0x41
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        fcntl.ioctl(end, set_flags, struct.pack("16sH14x", b"lo", up_and_running))
        for request, address in ((set_address, PUBLIC), (set_mask, "255.255.255.255")):
            fcntl.ioctl(end, request, struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(address)))


def show(file, in_place_of):
    """Everybody in here finds `file` where `in_place_of` was."""
    subprocess.run(["mount", "--bind", file, in_place_of], check=True, stderr=subprocess.DEVNULL)
