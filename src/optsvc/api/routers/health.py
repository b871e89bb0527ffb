"""Whether this process is alive, and whether the installation can do its work. No token is needed."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from optsvc.services import health

router = APIRouter(tags=["health"])


class Readiness(BaseModel):
    """What each needed part says: `ok`, or what is wrong and what to do."""

    postgres: str = Field(description="Whether PostgreSQL answers.", examples=["ok"])
    migrations: str = Field(description="Whether the tables are those of this version.", examples=["ok"])
    redis: str = Field(description="Whether Redis answers.", examples=["ok"])
    workers: str = Field(
        description="Whether a worker was seen lately.", examples=["none seen lately: start one with `optsvc worker`"]
    )


@router.get("/healthz")
def alive() -> dict[str, str]:
    """This process answers."""
    return {}


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Some part is not ok."}})
def ready(request: Request, response: Response) -> Readiness:
    """PostgreSQL, its migrations, Redis, and a worker seen lately, each by name; 503 unless all are ok."""
    found = health.readiness(request.app.state.sessions, request.app.state.redis)
    response.status_code = 200 if all(word == health.OK for word in found.values()) else 503
    return Readiness(**found)


@router.api_route("/health", methods=["GET", "HEAD", "POST"], include_in_schema=False)
def contract_health() -> dict[str, str]:
    """The contract's name for `alive`."""
    return {}
