"""Artifacts out of sources: tagged audio, artwork, transcripts, chapters, show notes.

The same folder gives the same bytes. A producer's file is read, never changed.
"""
