"""Tokens."""

from fastapi import APIRouter

from optsvc.api.deps import CallerDep, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.tokens import TokenOut
from optsvc.domain.rights import Right
from optsvc.services import tokens

router = APIRouter(prefix="/tokens", route_class=ContractRoute, tags=["tokens"], responses=RESPONSES)


@router.get("/self")
@needs(Right.READ, development=True, guest=True)
def get_own_token(session: SessionDep, caller: CallerDep) -> TokenOut:
    """Whose token this is; programs read `client` here."""
    return TokenOut.of(tokens.of_caller(session, caller))
