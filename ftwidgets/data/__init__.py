"""The learner's data: read it, check it, split it. Needs neither engine nor service."""

from ftwidgets.data.checks import check, faults
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.findings import Finding, Findings
from ftwidgets.data.loading import jsonl, load

__all__ = ["Dataset", "Finding", "Findings", "check", "faults", "jsonl", "load"]
