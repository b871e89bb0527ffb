"""Tokens."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from optsvc.domain.errors import Forbidden, InvalidRequest, NotFound
from optsvc.domain.rights import Right, Rule, TokenKind
from optsvc.services import tokens
from optsvc.services.access import Caller
from optsvc.storage import migrations
from optsvc.storage.models import Token, now
from optsvc.storage.session import make_sessionmaker
from tests.support.service import scratch_database

READ = Rule(Right.READ)


@pytest.fixture
def empty(database_url):
    """A session on a database where nobody has signed in yet."""
    with scratch_database(database_url) as url:
        migrations.upgrade(url)
        factory = make_sessionmaker(url, pool_size=1)
        with factory() as session:
            yield session
        factory.kw["bind"].dispose()


def test_the_first_start_makes_a_token_and_later_ones_do_not(empty):
    secret = tokens.bootstrap(empty)

    assert secret.startswith(tokens.PREFIX)
    assert tokens.bootstrap(empty) is None
    assert tokens.bootstrap(empty, "another secret of some length") is None
    [token] = tokens.list_all(empty)
    assert tokens.authenticate(empty, secret, READ) == Caller(
        token.id, TokenKind.API, token.client_id, token.user_id, READ
    )


def test_the_first_token_may_be_given_unless_it_is_short(empty):
    with pytest.raises(InvalidRequest, match="20"):
        tokens.bootstrap(empty, "x" * 19)

    assert tokens.list_all(empty) == []
    assert tokens.bootstrap(empty, "x" * 20) == "x" * 20


def test_a_token_for_nobody_is_not_made(empty):
    with pytest.raises(NotFound, match="optsvc up"):
        tokens.create(empty, name="x")


@pytest.mark.usefixtures("caller")
def test_only_a_digest_of_the_secret_stands_in_the_database(session):
    token, secret = tokens.create(session, name="ci")

    row = str(session.execute(text("SELECT t::text FROM tokens t WHERE id = :id"), {"id": token.id}).scalar_one())
    assert secret not in row
    assert tokens.digest(secret).hex() in row
    assert secret.removeprefix(tokens.PREFIX)[:8] not in row
    assert token.hint == f"…{secret[-4:]}"


def test_a_new_token_reaches_what_the_first_one_reaches(empty):
    first = tokens.authenticate(empty, tokens.bootstrap(empty), READ)

    token, secret = tokens.create(empty, name="ci")

    assert tokens.authenticate(empty, secret, READ) == Caller(
        token.id, TokenKind.API, first.client_id, first.user_id, READ
    )
    assert token.id != first.token_id


@pytest.mark.parametrize("secret", ["", "unknown", "ünknown", "x" * 10_000])
def test_an_unknown_secret_counts_as_revoked(session, secret):
    with pytest.raises(Forbidden) as refusal:
        tokens.authenticate(session, secret, READ)

    assert refusal.value.token_status == "revoked"


@pytest.mark.usefixtures("caller")
@pytest.mark.parametrize(("age_s", "good"), [(-60, True), (0, False), (60, False)])
def test_a_token_is_good_until_the_moment_it_expires(session, age_s, good):
    token, secret = tokens.create(session, name="short")
    token.expires = now() - timedelta(seconds=age_s)

    if good:
        assert tokens.authenticate(session, secret, READ).token_id == token.id
    else:
        with pytest.raises(Forbidden, match="expired") as refusal:
            tokens.authenticate(session, secret, READ)
        assert refusal.value.token_status == "expired"


@pytest.mark.usefixtures("caller")
def test_a_revoked_token_is_gone(session):
    token, secret = tokens.create(session, name="short")

    tokens.revoke(session, token.id)

    assert session.scalar(select(Token).where(Token.id == token.id)) is None
    with pytest.raises(Forbidden):
        tokens.authenticate(session, secret, READ)
    with pytest.raises(NotFound):
        tokens.revoke(session, token.id)
