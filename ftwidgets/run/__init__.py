"""A job from the caller's side, on any host: upload, launch, attach, and the run that one then holds."""

from ftwidgets.run.launching import attach, launch
from ftwidgets.run.run import Run
from ftwidgets.run.uploading import upload

__all__ = ["Run", "attach", "launch", "upload"]
