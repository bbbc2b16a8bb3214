"""publisher: a podcast host made of a folder and a bucket."""

__version__ = "0.1.0"
