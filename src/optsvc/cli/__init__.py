"""The ``optsvc`` command. The client is installed without what the service needs, so look before importing."""

import sys


def main() -> None:
    """Entry point of the ``optsvc`` command."""
    if sys.platform == "win32":
        _give_up("the service runs on Linux and macOS; on Windows use WSL or Docker")
    try:
        from optsvc.cli.app import app

        app(prog_name="optsvc")
    except ModuleNotFoundError as error:
        if (error.name or "optsvc").split(".")[0] == "optsvc":
            raise
        _give_up(f"the service needs more than the client ({error.name} is missing): install optsvc[server]")


def _give_up(why: str) -> None:
    sys.stderr.write(f"optsvc: {why}\n")
    sys.exit(2)
