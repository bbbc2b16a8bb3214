"""What goes out as the producer gave it, and what has to be converted first."""

from __future__ import annotations

__all__ = ["MP3", "MP4", "goes_out_as_it_is"]

MP3 = "audio/mpeg"
MP4 = "audio/mp4"
_PLAYED_EVERYWHERE = {(MP3, "mp3"), (MP4, "aac")}


def goes_out_as_it_is(type: str, codec: str) -> bool:
    """Whether every app plays sound of this MIME type and codec, as `probe` names them.

    Apple's requirements: https://podcasters.apple.com/support/893-audio-requirements
    """
    return (type, codec) in _PLAYED_EVERYWHERE
