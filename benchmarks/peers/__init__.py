"""The opponents, and how each is started."""

import sys
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parent
ADAPTERS = _ROOT / "adapters"
REQUIREMENTS = _ROOT / "requirements"
ENVIRONMENTS = _ROOT.parents[1] / ".bench"


@dataclass(frozen=True)
class Peer:
    """One opponent.

    Args:
        name: As in tables and results.
        adapter: Its program in `ADAPTERS`, and what that is told.
        environment: Whose packages it needs: a requirements file in `REQUIREMENTS`; empty for our own.
        factor: How many evaluations it may make for each one of the others.
        lacks: What it cannot do; problems that need it are left out.
    """

    name: str
    adapter: tuple[str, ...]
    environment: str = ""
    factor: int = 1
    lacks: frozenset[str] = frozenset()

    @property
    def python(self) -> Path:
        """The interpreter that runs it."""
        return ENVIRONMENTS / self.environment / "bin" / "python" if self.environment else Path(sys.executable)

    @property
    def installed(self) -> bool:
        """Whether it can be run here."""
        return not self.environment or (ENVIRONMENTS / self.environment / "installed").exists()


OURS = "ours"
RANDOM = "random"

CONSTRAINTS = "metric constraints"
OBJECTIVES = "two objectives"
MORE_OBJECTIVES = "three objectives"
NO_OBJECTIVE = "constraints without an objective"

_ONE_LOSS = frozenset({CONSTRAINTS, OBJECTIVES, MORE_OBJECTIVES, NO_OBJECTIVE})

PEERS = (
    Peer(OURS, ("ours_adapter.py",)),
    Peer(RANDOM, ("random_adapter.py",)),
    Peer("random-x2", ("random_adapter.py",), factor=2),
    Peer("optuna-tpe", ("optuna_adapter.py", "tpe"), "optuna", lacks=frozenset({NO_OBJECTIVE})),
    Peer("optuna-gp", ("optuna_adapter.py", "gp"), "optuna", lacks=frozenset({NO_OBJECTIVE})),
    Peer("optuna-nsga2", ("optuna_adapter.py", "nsga2"), "optuna", lacks=frozenset({NO_OBJECTIVE})),
    Peer("hyperopt", ("hyperopt_adapter.py",), "hyperopt", lacks=_ONE_LOSS),
    Peer("scipy-de", ("scipy_adapter.py",), lacks=_ONE_LOSS),
    Peer("smac", ("smac_adapter.py",), "smac", lacks=_ONE_LOSS),
    Peer("sigoptlite", ("sigoptlite_adapter.py",), "sigoptlite", lacks=frozenset({MORE_OBJECTIVES})),
    Peer("hebo", ("hebo_adapter.py",), "hebo", lacks=frozenset({NO_OBJECTIVE})),
    Peer("ax", ("ax_adapter.py",), "ax", lacks=frozenset({NO_OBJECTIVE})),
)
