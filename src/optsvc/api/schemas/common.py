"""What the schemas of all resources share."""

import inspect
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError, PydanticKnownError

from optsvc.api.paging import encode_marker
from optsvc.domain.space import LARGEST_INT, Value
from optsvc.storage.pages import Page

LARGEST_ID = 2**63 - 1


def _describe_kind(schema: JsonDict, model: type[BaseModel]) -> None:
    """Say of the key `object`, which nearly every object has, what it is for."""
    properties = schema.get("properties")
    kind = properties.get("object") if isinstance(properties, dict) else None
    if isinstance(kind, dict):
        sent = "May be repeated from our answers: the" if issubclass(model, In) else "The"
        kind["description"] = f"{sent} kind of this object."


class In(BaseModel):
    """Something a client sends; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_describe_kind)


def _describe_answer(schema: JsonDict, model: type[BaseModel]) -> None:
    """Which keys may be missing; and the docstring of a generic model, which its forms do not inherit."""
    _describe_kind(schema, model)
    schema.setdefault("description", inspect.getdoc(model) or "")
    required = schema.get("required")
    if isinstance(required, list) and issubclass(model, Out):
        hidden = {name for name, field in model.model_fields.items() if field.exclude_if} | model.sometimes_absent
        schema["required"] = [name for name in required if name not in hidden]


class Out(BaseModel):
    """Something we answer. No field has a default: nothing is forgotten."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra=_describe_answer)
    sometimes_absent: ClassVar[frozenset[str]] = frozenset()
    """Fields that a serializer leaves out, besides those that `exclude_if` does."""


class EmptyOut(Out):
    """There is nothing to say but that it was done."""


def _digits(value: object) -> object:
    if isinstance(value, bool) or not (
        isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit())
    ):
        raise PydanticCustomError("id_type", "expected an id, a whole number")
    return int(value)


Id = Annotated[
    int,
    BeforeValidator(_digits),
    Field(ge=0, le=LARGEST_ID, description="Id: digits.", examples=["345"]),
]
"""An id in a path or query."""
IdIn = Annotated[
    Id,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^[0-9]{1,18}$"},
                {"type": "integer", "minimum": 0, "maximum": LARGEST_ID},
            ],
            "description": "Id: digits, as text or number.",
            "examples": ["345"],
        }
    ),
]
"""An id in a body: digits, as text or number."""
IdOut = Annotated[str, Field(pattern=r"^\d+$", description="Id: digits, as text.", examples=["345"])]
"""An id in an answer: digits, as text."""
Time = Annotated[int, Field(description="Seconds since 1970 UTC.", examples=[1_700_000_000])]


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number_type", "expected a number")
    return float(value)


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise PydanticCustomError("whole_number_type", "expected a whole number")
    return int(value)


Number = Annotated[float, BeforeValidator(_number)]
"""A number, finite as all of a request; not a boolean, not a text."""
Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number, `5` or `5.0`."""
Count = Annotated[Whole, Field(ge=1, le=2**53)]


def no_control_characters(text: str) -> str:
    """The text.

    Raises:
        ValueError: It is not one line.
    """
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError(f"must not hold control characters, got {text!r}")
    return text


_NAME_LENGTH = 100


def _of_a_names_length(text: Any) -> Any:
    """What is given must not be longer, so that the document is true; pydantic measures what is left of it."""
    if isinstance(text, str) and len(text) > _NAME_LENGTH:
        raise PydanticKnownError("string_too_long", {"max_length": _NAME_LENGTH})
    return text


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=_NAME_LENGTH, strict=True),
    BeforeValidator(_of_a_names_length),
    AfterValidator(no_control_characters),
    Field(description="One line of text for people; kept without space around it."),
]
"""One line of text for people, 1 to 100 characters; kept without space around it."""
Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strict=True),
    AfterValidator(no_control_characters),
    Field(description="One line of text that programs use as a key; kept exactly as it was sent."),
]
"""One line of text, 1 to 100 characters, that programs use as a key: kept exactly as it was sent."""


def flat(metadata: dict[str, Any]) -> dict[str, Any]:
    """What metadata may be; nulls are dropped.

    Raises:
        ValueError: It is too large, or not flat.
    """
    if len(metadata) > 100:
        raise ValueError(f"at most 100 keys, got {len(metadata)}")
    for key, value in metadata.items():
        if len(key) > 100:
            raise ValueError(f"a key has at most 100 characters, {key[:20]!r}… has {len(key)}")
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise ValueError(f"the value of {key!r} must be a text, a number or null, got a {type(value).__name__}")
        if isinstance(value, str) and len(value) > 500:
            raise ValueError(f"a text has at most 500 characters, that of {key!r} has {len(value)}")
    return {key: value for key, value in metadata.items() if value is not None}


def _whole_as_int(metadata: dict[str, Any]) -> dict[str, Any]:
    return {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in metadata.items()}


Metadata = Annotated[
    dict[str, Any],
    AfterValidator(flat),
    AfterValidator(_whole_as_int),
    Field(
        description="Your own notes: at most 100 keys; texts, numbers; nulls are dropped.",
        examples=[{"team": "vision"}],
    ),
]


MetadataOut = Annotated[
    dict[str, Any] | None,
    Field(
        description="Your own notes: texts and numbers by key; null if there are none.", examples=[{"team": "vision"}]
    ),
]


def text_or_object(value: object) -> str:
    """Which of two forms an entry of a list has, for the unions of the two."""
    return "text" if isinstance(value, str) else "object"


def _doubles(assignments: object) -> object:
    """Undo what JSONB does to large doubles: it writes out their digits, so that they come back as integers."""
    if not isinstance(assignments, dict):
        return assignments
    return {
        name: float(value) if isinstance(value, int) and abs(value) > LARGEST_INT else value
        for name, value in assignments.items()
    }


AssignmentsOut = Annotated[
    dict[str, Value],
    BeforeValidator(_doubles),
    Field(description="A value for each parameter.", examples=[{"sugar": 0.44018, "eggs": 6, "oven": "gas"}]),
]


def seconds(moment: datetime) -> int:
    """A moment as the contract writes it."""
    return int(moment.timestamp())


class Paging(Out):
    """Where to go on."""

    before: str | None = Field(description="Send as `before` to go on downwards; null at the end.")
    after: str | None = Field(description="Send as `after` to go on upwards; null at the end.")


ItemT = TypeVar("ItemT")


class Pagination(Out, Generic[ItemT]):
    """A page of a list."""

    object: Literal["pagination"]
    count: int = Field(description="Number of all matching entries, not of this page.")
    data: list[ItemT] = Field(description="The entries of this page, in order.")
    paging: Paging

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Its name in the OpenAPI document, and so of a class in clients that are made from it."""
        return f"{cls.__name__}Of{'Or'.join(kind.__name__ for kind in get_args(params[0]) or params)}"

    @classmethod
    def whole(cls, data: list[ItemT]) -> "Pagination[ItemT]":
        """All there is, in one page."""
        return cls(object="pagination", count=len(data), data=data, paging=Paging(before=None, after=None))


RowT = TypeVar("RowT")


def paginate(page: Page[RowT], present: Callable[[RowT], ItemT]) -> Pagination[ItemT]:
    """A page of rows as an answer."""
    return Pagination(
        object="pagination",
        count=page.count,
        data=[present(row) for row in page.rows],
        paging=Paging(
            before=None if page.before is None else encode_marker(page.before),
            after=None if page.after is None else encode_marker(page.after),
        ),
    )
