"""Conditionals, linear constraints and tasks, in and out."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from optsvc.api.schemas.common import In, Key, Number, Out, text_or_object
from optsvc.api.schemas.parameters import CategoryName
from optsvc.domain.experiment import Task
from optsvc.domain.space import Conditional, LinearConstraint


class ConditionalIn(In):
    """A choice that other parameters hang on."""

    name: Key = Field(examples=["optimizer"])
    values: list[CategoryName] = Field(min_length=2, examples=[["sgd", "adam"]])
    object: Literal["conditional"] | None = None

    def to_domain(self) -> Conditional:
        """As the rules and the engine know it."""
        return Conditional(self.name, tuple(self.values))


class ConditionalOut(Out):
    """A choice that other parameters hang on."""

    object: Literal["conditional"]
    name: str
    values: list[str]

    @classmethod
    def of(cls, conditional: Conditional) -> Self:
        """The conditional as the contract writes it."""
        return cls(object="conditional", name=conditional.name, values=list(conditional.values))


class ConstraintTermIn(In):
    """A parameter and its weight in the sum."""

    name: Key
    weight: Number
    object: Literal["constraint_term"] | None = None


class LinearConstraintIn(In):
    """A weighted sum of parameters that every point keeps below or above a threshold."""

    type: Literal["less_than", "greater_than"] = Field(description="The equality is allowed in both.")
    terms: list[ConstraintTermIn] = Field(min_length=1)
    threshold: Number
    object: Literal["linear_constraint"] | None = None

    def to_domain(self) -> LinearConstraint:
        """As the rules and the engine know it."""
        return LinearConstraint(
            terms=tuple((term.name, term.weight) for term in self.terms),
            threshold=self.threshold,
            at_least=self.type == "greater_than",
        )


class ConstraintTermOut(Out):
    """A parameter and its weight in the sum."""

    object: Literal["constraint_term"]
    name: str
    weight: float


class LinearConstraintOut(Out):
    """A weighted sum of parameters that every point keeps below or above a threshold."""

    object: Literal["linear_constraint"]
    type: Literal["less_than", "greater_than"]
    terms: list[ConstraintTermOut]
    threshold: float

    @classmethod
    def of(cls, constraint: LinearConstraint) -> Self:
        """The constraint as the contract writes it."""
        terms = sorted(constraint.terms, key=lambda term: term[0].lower())
        return cls(
            object="linear_constraint",
            type="greater_than" if constraint.at_least else "less_than",
            terms=[ConstraintTermOut(object="constraint_term", name=name, weight=weight) for name, weight in terms],
            threshold=constraint.threshold,
        )


class TaskIn(In):
    """A way to evaluate a point, at a share of the full cost."""

    name: Key
    cost: Number = Field(description="Above 0 and at most 1; exactly one task has the cost 1.")
    object: Literal["task"] | None = None

    def to_domain(self) -> Task:
        """As the rules know it."""
        return Task(self.name, self.cost)


class TaskOut(Out):
    """A way to evaluate a point, at a share of the full cost."""

    object: Literal["task"]
    name: str
    cost: float

    @classmethod
    def of(cls, task: Task) -> Self:
        """The task as the contract writes it."""
        return cls(object="task", name=task.name, cost=task.cost)

    @classmethod
    def named(cls, name: str | None, tasks: tuple[Task, ...]) -> Self | None:
        """The task of this name; None if there is none."""
        return next((cls.of(task) for task in tasks if task.name == name), None)


class _NamedTask(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: Key


TaskName = Annotated[
    Annotated[Key, Tag("text")] | Annotated[_NamedTask, Tag("object")],
    Discriminator(text_or_object),
    Field(description="The task's name, or the task as we send it."),
]


def task_name(given: str | _NamedTask | None) -> str | None:
    """The name, in whichever form it was given."""
    return given.name if isinstance(given, _NamedTask) else given
