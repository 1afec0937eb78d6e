"""The learner's data: read it, check it, mend it, split it. Needs neither engine nor service."""

from ftwidgets.data.changes.choices import chosen, mends_of
from ftwidgets.data.changes.diff import Diff
from ftwidgets.data.changes.fixing import fix
from ftwidgets.data.changes.rechecking import rechecked
from ftwidgets.data.changes.record import Record
from ftwidgets.data.changes.replaying import replay
from ftwidgets.data.checks import check, faults
from ftwidgets.data.conversion import Template
from ftwidgets.data.converting import convert
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.findings import Finding, Findings
from ftwidgets.data.loading import jsonl, load
from ftwidgets.data.profiling import Profile, profile

__all__ = [
    "Dataset",
    "Diff",
    "Finding",
    "Findings",
    "Profile",
    "Record",
    "Template",
    "check",
    "chosen",
    "convert",
    "faults",
    "fix",
    "jsonl",
    "load",
    "mends_of",
    "profile",
    "rechecked",
    "replay",
]
