"""Chapters as producers write them: files of several programs, and lists in the notes. Pure functions."""

from publisher.chapters.comments import Comment, from_comments
from publisher.chapters.draft import MAX_CHAPTERS, clean
from publisher.chapters.json_file import read_chapters_json
from publisher.chapters.notes import chapters_in_notes, lists_chapters, with_line_breaks
from publisher.chapters.text_file import read_chapters_text

__all__ = [
    "MAX_CHAPTERS",
    "Comment",
    "chapters_in_notes",
    "clean",
    "from_comments",
    "lists_chapters",
    "read_chapters_json",
    "read_chapters_text",
    "with_line_breaks",
]
