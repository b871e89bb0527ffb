"""Replays of suggestions, out."""

from typing import Literal

from pydantic import Field

from optsvc.api.schemas.common import AssignmentsOut, IdOut, Out
from optsvc.services.replay import Verdict


class ReplayOut(Out):
    """What came out of computing a suggestion again."""

    object: Literal["replay"]
    suggestion: IdOut
    verdict: Verdict = Field(
        description="`identical`: to the last bit; `different`: it came out differently; `inputs changed`: the "
        "observations, parameters or open suggestions that it was computed from have changed, so nothing was computed."
    )
    differences: list[str] = Field(description="What differs, a sentence each; with `different`, the libraries too.")
    assignments: AssignmentsOut | None = Field(description="The point that came out; null if nothing was computed.")
    environment: dict[str, str] = Field(description="What computed: numeric libraries, processor family, backend.")
