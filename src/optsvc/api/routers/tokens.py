"""Tokens."""

from typing import Annotated

from fastapi import APIRouter, Path

from optsvc.api.deps import CallerDep, ExperimentId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id, Pagination
from optsvc.api.schemas.tokens import TokenOut, TokenUpdateIn
from optsvc.domain.rights import Right
from optsvc.services import tokens

TokenText = Annotated[str, Path(description="Its id, the token itself, or `self` for the one of this request.")]

router = APIRouter(route_class=ContractRoute, tags=["tokens"], responses=RESPONSES)


@router.get("/tokens/{token}")
@needs(Right.READ, development=True, guest=True)
def get_token(session: SessionDep, caller: CallerDep, token: TokenText) -> TokenOut:
    """One of your tokens, or `self` for the one of this request; programs read `client` here."""
    return TokenOut.of(tokens.addressed(session, caller, token))


@router.put("/tokens/{token}")
@needs(Right.WRITE)
def update_token(session: SessionDep, caller: CallerDep, token: TokenText, body: TokenUpdateIn) -> TokenOut:
    """Rotate or renew a token, or let it last; a new value is shown in this answer only."""
    row = tokens.addressed(session, caller, token)
    secret = tokens.rotate(session, row) if body.token == "rotate" else None  # noqa: S105  a command
    if body.lasts_forever:
        tokens.let_last(row)
    elif body.expires == "renew" or body.lasts_forever is False:
        tokens.renew(row)
    return TokenOut.of(row, secret)


@router.delete("/tokens/{token}")
@needs(Right.WRITE)
def delete_token(session: SessionDep, caller: CallerDep, token: TokenText) -> dict[str, str]:
    """Remove a token that was made with a term, such as a share link."""
    tokens.remove(session, tokens.addressed(session, caller, token))
    return {}


@router.get("/clients/{client_id}/tokens")
@needs(Right.READ, user=True)
def list_tokens(session: SessionDep, caller: CallerDep, client_id: Id) -> Pagination[TokenOut]:
    """Your tokens in a client: the main one, one for development, share links. Missing ones are made and shown once."""
    return Pagination.whole([TokenOut.of(row, secret) for row, secret in tokens.own(session, caller, client_id)])


@router.post("/experiments/{experiment_id}/tokens")
@needs(Right.WRITE)
def share_experiment(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> TokenOut:
    """Make a token that shows this experiment to anybody, to read, for thirty days."""
    return TokenOut.of(*tokens.share_experiment(session, caller, experiment_id))


@router.post("/training_runs/{run_id}/tokens")
@needs(Right.WRITE)
def share_training_run(session: SessionDep, caller: CallerDep, run_id: Id) -> TokenOut:
    """Make a token that shows this run to anybody, to read, for thirty days."""
    return TokenOut.of(*tokens.share_training_run(session, caller, run_id))
