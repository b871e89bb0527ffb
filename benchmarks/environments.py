"""Makes the environments of the peers, each with packages of its own, since theirs do not go together."""

import subprocess
import sys

from benchmarks.peers import ENVIRONMENTS, PEERS, REQUIREMENTS, Peer


def install() -> None:
    """Make what is missing; who cannot be had is left out, and its log says why."""
    ENVIRONMENTS.mkdir(exist_ok=True)
    for name in dict.fromkeys(peer.environment for peer in PEERS if peer.environment):
        done = ENVIRONMENTS / name / "installed"
        if done.exists() and done.read_text() == (REQUIREMENTS / f"{name}.txt").read_text():
            continue
        print(f"{name} ...", flush=True)
        with (ENVIRONMENTS / f"{name}.log").open("w") as log:
            pip = [str(ENVIRONMENTS / name / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            commands = (
                [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENTS / name)],
                [*pip, "--requirement", str(REQUIREMENTS / f"{name}.txt")],
            )
            if all(subprocess.run(command, stdout=log, stderr=log).returncode == 0 for command in commands):
                done.write_text((REQUIREMENTS / f"{name}.txt").read_text())
            else:
                print(f"{name} could not be installed: see {log.name}", flush=True)


def why_not(peer: Peer) -> str:
    """Why a peer cannot be run here."""
    log = ENVIRONMENTS / f"{peer.environment}.log"
    errors = [line for line in log.read_text().splitlines() if "ERROR" in line] if log.exists() else []
    return f"{peer.name} ({errors[-1] if errors else 'not installed; see make bench-install'})"
