"""Conditionals, linear constraints and tasks, in and out."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from optsvc.api.schemas.common import In, Key, Number, Out, text_or_object
from optsvc.api.schemas.parameters import CategoryName
from optsvc.domain.experiment import Task
from optsvc.domain.space import Conditional, LinearConstraint


class ConditionalIn(In):
    """A choice that other parameters hang on."""

    name: Key = Field(examples=["optimizer"], description="Its name; no parameter has the same.")
    values: list[CategoryName] = Field(min_length=2, examples=[["sgd", "adam"]], description="The choices; each once.")
    object: Literal["conditional"] | None = None

    def to_domain(self) -> Conditional:
        """As the rules and the engine know it."""
        return Conditional(self.name, tuple(self.values))


class ConditionalOut(Out):
    """A choice that other parameters hang on."""

    object: Literal["conditional"]
    name: str = Field(description="Its name.")
    values: list[str] = Field(description="The choices.")

    @classmethod
    def of(cls, conditional: Conditional) -> Self:
        """The conditional as the contract writes it."""
        return cls(object="conditional", name=conditional.name, values=list(conditional.values))


class ConstraintTermIn(In):
    """A parameter and its weight in the sum."""

    name: Key = Field(description="The parameter.")
    weight: Number = Field(description="What its value is multiplied by.")
    object: Literal["constraint_term"] | None = None


class LinearConstraintIn(In):
    """A weighted sum of parameters that every point keeps below or above a threshold."""

    type: Literal["less_than", "greater_than"] = Field(description="The equality is allowed in both.")
    terms: list[ConstraintTermIn] = Field(min_length=1, description="What is added up; each parameter once.")
    threshold: Number = Field(description="What the sum is kept below or above.")
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
    name: str = Field(description="The parameter.")
    weight: float = Field(description="What its value is multiplied by.")


class LinearConstraintOut(Out):
    """A weighted sum of parameters that every point keeps below or above a threshold."""

    object: Literal["linear_constraint"]
    type: Literal["less_than", "greater_than"] = Field(
        description="Whether the sum is kept below or above; the equality is allowed in both."
    )
    terms: list[ConstraintTermOut] = Field(description="What is added up, by name.")
    threshold: float = Field(description="What the sum is kept below or above.")

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

    name: Key = Field(description="Its name; each once.")
    cost: Number = Field(description="Above 0 and at most 1; exactly one task has the cost 1.")
    object: Literal["task"] | None = None

    def to_domain(self) -> Task:
        """As the rules know it."""
        return Task(self.name, self.cost)


class TaskOut(Out):
    """A way to evaluate a point, at a share of the full cost."""

    object: Literal["task"]
    name: str = Field(description="Its name.")
    cost: float = Field(description="The share of the full cost, above 0 and at most 1.")

    @classmethod
    def of(cls, task: Task) -> Self:
        """The task as the contract writes it."""
        return cls(object="task", name=task.name, cost=task.cost)

    @classmethod
    def named(cls, name: str | None, tasks: tuple[Task, ...]) -> Self | None:
        """The task of this name; None if there is none."""
        return next((cls.of(task) for task in tasks if task.name == name), None)


class TaskNameIn(BaseModel):
    """A task, as sent back by a program that got it from us; only its name counts."""

    model_config = ConfigDict(extra="ignore")

    name: Key = Field(description="Its name.")


TaskName = Annotated[
    Annotated[Key, Tag("text")] | Annotated[TaskNameIn, Tag("object")],
    Discriminator(text_or_object),
    Field(description="The task's name, or the task as we send it."),
]


def task_name(given: str | TaskNameIn | None) -> str | None:
    """The name, in whichever form it was given."""
    return given.name if isinstance(given, TaskNameIn) else given
