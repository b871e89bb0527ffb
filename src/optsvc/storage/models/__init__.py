"""The tables. JSONB only where the shape is the user's: search spaces, assignments, metadata, provenance."""

from optsvc.storage.models.accounts import Client, Membership, Organization, Permission, Token, User
from optsvc.storage.models.base import Base, now
from optsvc.storage.models.experiments import (
    Analysis,
    Experiment,
    MetricEvaluation,
    MetricImportances,
    Observation,
    Proposal,
    QueuedSuggestion,
    Suggestion,
)
from optsvc.storage.models.projects import Note, Project, Tag, WebData
from optsvc.storage.models.runs import Checkpoint, File, RunTag, TrainingRun
from optsvc.storage.models.service import AuditEntry, IdempotencyKey

__all__ = [
    "Analysis",
    "AuditEntry",
    "Base",
    "Checkpoint",
    "Client",
    "Experiment",
    "File",
    "IdempotencyKey",
    "Membership",
    "MetricEvaluation",
    "MetricImportances",
    "Note",
    "Observation",
    "Organization",
    "Permission",
    "Project",
    "Proposal",
    "QueuedSuggestion",
    "RunTag",
    "Suggestion",
    "Tag",
    "Token",
    "TrainingRun",
    "User",
    "WebData",
    "now",
]
