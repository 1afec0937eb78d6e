"""What is done to a data set: fixes, edits, conversions; each undone, shown as a diff, recorded and done again."""
