"""The learner's data: read it, check it, split it. Needs neither engine nor service."""

from ftwidgets.data.checks import check
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.loading import load
from ftwidgets.data.findings import Finding, Findings

__all__ = ["Dataset", "Finding", "Findings", "check", "load"]
