"""Models that are made of dataclasses for the OpenAPI document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pytest

from optsvc.api.described import model_of
from optsvc.services.analyses.plain import plain


class Colour(StrEnum):
    """A colour."""

    RED = "red"


@dataclass(frozen=True)
class Part:
    """A part [Somebody1999]_.

    Args:
        name: What it is called.
    """

    name: str


@dataclass(frozen=True)
class Whole:
    """All of it.

    More than the first paragraph is not shown.

    Args:
        parts: What it is made of; None
            without any.
        sizes: Shape ``(n,)``.
        by_name: Each by its name.
        interval: Both ends.
        colour: As it looks.
    """

    parts: Sequence[Part] | None
    sizes: np.ndarray
    by_name: Mapping[str, tuple[Part, ...]]
    interval: tuple[float, int]
    colour: Colour


def test_a_model_has_the_types_and_the_words_of_its_dataclass():
    schema = model_of(Whole).model_json_schema()

    properties = schema["properties"]
    assert schema["description"] == "All of it."
    assert schema["required"] == ["parts", "sizes", "by_name", "interval", "colour"]
    assert properties["parts"]["description"] == "What it is made of; null without any."
    assert properties["parts"]["anyOf"][0] == {"type": "array", "items": {"$ref": "#/$defs/Part"}}
    assert properties["sizes"] | {"title": "", "items": {}} == {
        "title": "",
        "type": "array",
        "items": {},
        "description": "Shape `(n,)`.",
    }
    assert properties["by_name"]["additionalProperties"]["items"] == {"$ref": "#/$defs/Part"}
    assert schema["$defs"]["Part"]["description"] == "A part."
    assert model_of(Part) is model_of(Part)


def test_what_is_made_plain_fits_the_model():
    part = Part("a")
    whole = Whole([part], np.array([1.0, 2.0]), {"a": (part,)}, (0.5, np.int64(2)), Colour.RED)

    shown = plain(whole)

    assert shown["sizes"] == [1.0, 2.0]
    assert model_of(Whole).model_validate(shown).model_dump(mode="json") == shown


def test_a_field_without_words_is_refused():
    @dataclass(frozen=True)
    class Silent:
        """Says nothing."""

        field: int

    with pytest.raises(TypeError, match=r"Silent\.field has no words"):
        model_of(Silent)


def test_what_no_json_number_can_say_is_null():
    assert plain({"a": float("nan"), "b": np.array([np.inf, 1.0])}) == {"a": None, "b": [None, 1.0]}
