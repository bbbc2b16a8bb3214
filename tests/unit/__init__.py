"""Mirrors the modules of the package."""
