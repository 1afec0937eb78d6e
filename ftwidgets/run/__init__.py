"""A job from the caller's side, on any host: estimate, upload, launch, attach, and the run that one then holds."""

from ftwidgets.data.cost.forecast import Estimate
from ftwidgets.run.estimating import estimate, measure
from ftwidgets.run.launching import attach, launch
from ftwidgets.run.run import Run
from ftwidgets.run.uploading import upload

__all__ = ["Estimate", "Run", "attach", "estimate", "launch", "measure", "upload"]
