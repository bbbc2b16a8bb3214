"""Transcripts: read from what producers have, written in the forms that apps read. Pure functions."""

from publisher.transcripts.reading import read_transcript
from publisher.transcripts.speakers import match_speakers
from publisher.transcripts.types import Cue, Paragraph, Transcript
from publisher.transcripts.writing import to_html, to_json, to_page, to_plain, to_srt, to_vtt

__all__ = [
    "Cue",
    "Paragraph",
    "Transcript",
    "match_speakers",
    "read_transcript",
    "to_html",
    "to_json",
    "to_page",
    "to_plain",
    "to_srt",
    "to_vtt",
]
