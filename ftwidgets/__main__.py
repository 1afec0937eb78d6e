"""`python -m ftwidgets` is the command `ftwidgets`."""

from ftwidgets.cli import main

main()
