"""The learner's data: read it, check it, mend it, split it. Needs neither engine nor service."""

from ftwidgets.data.checks import check, faults
from ftwidgets.data.choices import chosen, mends_of
from ftwidgets.data.conversion import Template
from ftwidgets.data.converting import convert
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.diff import Diff
from ftwidgets.data.findings import Finding, Findings
from ftwidgets.data.fixing import fix
from ftwidgets.data.loading import jsonl, load
from ftwidgets.data.profiling import Profile, profile
from ftwidgets.data.rechecking import rechecked
from ftwidgets.data.record import Record
from ftwidgets.data.replaying import replay

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
