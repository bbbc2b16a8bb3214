"""Ogg, and the codecs that lie in it: Opus, Vorbis and FLAC."""
