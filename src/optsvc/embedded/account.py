"""Who an embedded server runs as, and where its socket goes. PostgreSQL refuses to run as root."""

import os
import pwd
import re
import stat
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_BYTES = 100  # sun_path holds 104 on macOS and 108 on Linux
SHORT_DIRECTORIES = Path("/tmp")  # noqa: S108 (what is made there is checked to be the account's own)


@dataclass(frozen=True)
class Account:
    """User and group id."""

    uid: int
    gid: int


def present_account() -> Account:
    """The account of this process."""
    return Account(os.geteuid(), os.getegid())


def unprivileged_account(directory: Path) -> Account:
    """Whom to run a server as that refuses to run as root.

    The account of this process unless that is root; then the owner of the directory, so that files keep
    their owner from start to start; for a new directory, an account that every system has.
    """
    if os.geteuid() != 0:
        return present_account()
    if directory.exists() and directory.stat().st_uid != 0:
        owner = directory.stat()
        return Account(owner.st_uid, owner.st_gid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return Account(entry.pw_uid, entry.pw_gid)


def let_through(path: Path, account: Account) -> list[Path]:
    """Let an account pass through the directories above a path: pass, never list or read them.

    Only root can and needs to do so, when it runs a server below its own home directory.

    Returns:
        The directories that were changed.
    """
    changed = []
    for above in path.absolute().parents:
        status = above.stat()
        if os.geteuid() == 0 and status.st_uid != account.uid and not status.st_mode & stat.S_IXOTH:
            above.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
            changed.append(above)
    return changed


def identity(directory: Path) -> str:
    """A short name for an existing directory that stays when it is moved, unique on this machine."""
    status = directory.stat()
    return f"{status.st_dev:x}-{status.st_ino:x}"


def socket_directory(directory: Path, name: str, account: Account) -> Path:
    """Where the socket of the server in an existing directory goes.

    In the directory itself, unless its path is too long for a socket or has characters that would need
    quoting; then in a private directory with a short path.

    Args:
        directory: The server's directory.
        name: File name of the socket.
        account: Whom the server runs as.

    Raises:
        PermissionError: somebody else owns the private directory.
    """
    path = os.fsencode(directory / name)
    if len(path) <= SOCKET_PATH_BYTES and re.fullmatch(rb"[\w./@+-]+", path):
        return directory
    short = SHORT_DIRECTORIES / f"optsvc-{account.uid}"
    _make_private(short, account)
    _make_private(short / identity(directory), account)
    return short / identity(directory)


def _make_private(directory: Path, account: Account) -> None:
    try:
        directory.mkdir(mode=0o700)
        os.chown(directory, account.uid, account.gid)
    except FileExistsError:
        status = directory.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid or status.st_mode & 0o077:
            raise PermissionError(f"{directory} must be a directory that only user {account.uid} can open") from None
