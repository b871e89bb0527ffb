"""The error tree."""

import pytest

from optsvc.domain import errors

STATUSES = {
    "OptsvcError": 500,
    "InvalidRequest": 400,
    "InvalidExperiment": 400,
    "InvalidAssignments": 400,
    "InvalidObservation": 400,
    "InvalidFile": 400,
    "Unauthorized": 401,
    "Forbidden": 403,
    "WrongPassword": 403,
    "NotFound": 404,
    "Conflict": 409,
    "Unprocessable": 422,
    "TooManyRequests": 429,
}


def test_every_error_of_the_tree_has_its_status_and_says_its_sentence():
    own = {name: value for name, value in vars(errors).items() if getattr(value, "__module__", "") == errors.__name__}

    tree = {name: value for name, value in own.items() if issubclass(value, Exception)}

    assert {name: cls.status for name, cls in tree.items()} == STATUSES
    assert all(issubclass(cls, errors.OptsvcError) for cls in tree.values())
    spoken = [cls for cls in tree.values() if cls is not errors.WrongPassword]  # which says the same to everybody
    assert all(str(cls("a sentence")) == "a sentence" for cls in spoken)


@pytest.mark.parametrize("status", [None, "revoked"])
def test_a_refused_token_says_in_which_state_it_is(status):
    assert errors.Forbidden("no", status).token_status == status
