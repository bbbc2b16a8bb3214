"""The tests of publisher; `support/` holds what several suites share."""
