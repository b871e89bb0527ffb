"""Signing in, and who is signed in."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from optsvc.api.schemas.accounts import ClientOut, UserOut
from optsvc.api.schemas.common import Out
from optsvc.api.schemas.tokens import TokenOut


class _Lenient(BaseModel):
    """Something a client sends; unknown keys are ignored, as the contract has it for accounts."""

    model_config = ConfigDict(extra="ignore")


class SignInIn(_Lenient):
    """Who signs in."""

    email: str = Field(
        strict=True, description="Of the account.", min_length=1, max_length=320, examples=["marie@lab.example"]
    )
    password: str = Field(strict=True, description="Of the account.")


class TokenSignInIn(_Lenient):
    """What a page is signed in with, in place of a password."""

    token: str = Field(strict=True, description="An API token, or that of a sign-in link.", min_length=1)


class SignInUpdateIn(_Lenient):
    """Another password, or another e-mail address to sign in with."""

    old_password: str = Field(strict=True, description="The present one.")
    new_password: str | None = Field(
        None, strict=True, description="8 to 1024 characters, not the e-mail address; left out: it stays."
    )
    email: str | None = Field(
        None, strict=True, max_length=320, examples=["marie@lab.example"], description="Left out: it stays."
    )

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.new_password is None and self.email is None:
            raise ValueError("new_password, email: at least one is needed")
        return self


class SessionOut(Out):
    """Who is calling."""

    object: Literal["session"]
    api_token: TokenOut
    client: ClientOut | None = Field(description="A client that you see; null if there is none, and for guests.")
    user: UserOut | None = Field(description="Whose token it is; null if it is nobody's.")
    code: None = Field(description="Always null.")
    needs_password_reset: bool = Field(description="Whether the password has to be changed first.")
    csrf_token: str | None = Field(
        description="Signed in by cookie: what every request but GET must carry as `X-CSRF-Token`. Else null."
    )
