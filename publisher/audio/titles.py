"""The title that an audio file's own tags tell, for audio that comes without anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_KEYS: Final = ("title", "TITLE", "TIT2", "\xa9nam", "Title")


def tagged_title(path: Path) -> str:
    """The title as it stands in the file; empty where there is none, or none that can be read.

    Raises:
        OSError: the file cannot be read.
    """
    # Imported here: most runs meet no audio whose title they would have to guess.
    import mutagen

    with path.open("rb"):
        # What cannot be opened is said; what mutagen makes of the bytes is only a guess at a title.
        pass
    try:
        found = mutagen.File(path)
        tags = found.tags if found is not None else None
        if tags is None:
            return ""
        for key in _KEYS:
            value = tags.get(key)
            if value:
                return str(value[0] if isinstance(value, list) else getattr(value, "text", [value])[0])
    except Exception:  # a title is a nicety, and mutagen raises whatever a damaged tag makes it raise
        return ""
    return ""
