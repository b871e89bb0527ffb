"""Become another program: under a given account, and ended by the kernel when the parent dies.

Run as a script, ``launch.py UID GID PARENT SIGNAL PROGRAM ARGUMENT...``. It is a script and not a
``preexec_fn`` because Python code between fork and exec is unsafe (and warned about) as soon as the parent
has threads, and NumPy alone starts some.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def become(uid: int, gid: int, parent: int, signal: int, program: list[str]) -> None:
    """Replace this process by ``program``; its process id stays.

    Args:
        uid: Account to run as; changed to only when it is not the present one.
        gid: Its group.
        parent: Process whose end shall end the program (on Linux; elsewhere this is ignored), 0 for none.
        signal: Signal number that the program is sent then.
        program: Path of the program and its arguments.
    """
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if parent and sys.platform == "linux":  # after setuid, which clears the setting
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 (no shell is wanted)


if __name__ == "__main__":
    uid, gid, parent, signal = map(int, sys.argv[1:5])
    become(uid, gid, parent, signal, sys.argv[5:])
