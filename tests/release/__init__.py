"""Releases to a real folder, in this process and in others."""
