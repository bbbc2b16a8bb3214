"""What a name in an inbox tells: litter, a copy under way, an episode's title and number. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from publisher.nfc import nfc
from publisher.reading.folder import THEME_FOLDER

PROBLEMS: Final = "PROBLEMS.txt"
TAKEN: Final = ".taken"

# What operating systems, sync programs and network disks write beside a producer's own files.
_LITTER: Final = frozenset(
    (
        *("thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "system volume information"),
        *(".ds_store", "__macosx", ".localized", ".spotlight-v100", ".trashes", ".fseventsd"),
        *(".temporaryitems", ".documentrevisions-v100", ".apdisk", ".appledouble", ".directory"),
        *(".dropbox", ".dropbox.attr", ".dropbox.cache", ".stfolder", ".stignore", ".stversions"),
        *("@eadir", "#recycle", ".sync", "icon\r", "icon\uf00d"),
    )
)

# Endings of what browsers, file transfers and sync programs have not finished.
_UNFINISHED: Final = (
    *(".part", ".partial", ".crdownload", ".download", ".opdownload", ".tmp", ".temp", ".filepart"),
    *(".!ut", ".!qb", ".!sync", ".bts", ".aria2", ".swp", ".swx", ".icloud", ".incomplete"),
)
# What they put before the name.
_BEGUN: Final = (
    ".syncthing.",
    "~syncthing~",
    "~$",
    ".~lock.",
    ".~",
    ".in.",
    ".nfs0",
    ".fuse_hidden",
    ".smbdelete",
)
# rsync writes `.talk.mp3.Xk3aBc`, Nextcloud `.talk.mp3.~1a2b`.
_BESIDE: Final = re.compile(r"^\.(?P<name>.+\.[^.]+)\.(?:[A-Za-z0-9]{6}|~[0-9a-f]+)$")

# Characters that macOS and Samba put in the place of those that Windows has no names with.
_MAPPED: Final = {0xF020 + place: "-" for place in range(8)} | {0xF028: " ", 0xF029: "."}
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")

# Devices to Windows, whatever follows the dot: a show must be able to lie on such a disk.
_DEVICES: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(10)))
)
_NO_NAMES: Final = frozenset(
    ("episode", "audio", "untitled", "untitled-folder", "new-folder", "neuer-ordner", "ny-mappe", "archive")
)
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG: Final = 100
_LONGEST_TITLE: Final = 200

_DATE: Final = re.compile(r"^(?:19|20)\d\d[-. ]?[01]\d[-. ]?[0-3]\d(?!\d)[\s:.–—-]*")
_NUMBER: Final = re.compile(
    r"^(?:(?:#\s*|(?:ep(?:isode|\.)?|folge|avsnitt|afsnit)\s*#?)(?P<called>\d{1,5})(?!\d)"
    r"|(?P<padded>0\d{1,4})(?!\d)|(?P<bare>\d{1,3}|[03-9]\d{3})(?=\s*[:.–—-]))[\s:.–—-]*",
    re.IGNORECASE,
)
_EPISODE_YAML: Final = re.compile(r"episode\.ya?ml(?:\.txt)?", re.IGNORECASE)
_YAML: Final = re.compile(r".+\.ya?ml(?:\.txt)?", re.IGNORECASE)


def is_litter(name: str) -> bool:
    """Whether no producer wrote what is called so."""
    return name.startswith("._") or name.casefold() in _LITTER


def unfinished(name: str) -> str | None:
    """The name that a copy under way will have once it is complete; None where the name tells of no copy."""
    beside = _BESIDE.match(name)
    if beside:
        return beside["name"]
    found = name
    for beginning in _BEGUN:
        if found.startswith(beginning):
            found = found.removeprefix(beginning)
            break
    lowered = found.casefold()
    ending = next((ending for ending in _UNFINISHED if lowered.endswith(ending)), "")
    if ending:
        found = found[: -len(ending)].removeprefix(".")
    return None if found == name else found.rstrip("#.")


def is_ours(name: str) -> bool:
    """Whether publisher may have written it: what a drop was refused for."""
    return name == PROBLEMS or name.endswith(f".{PROBLEMS}")


def clean(name: str) -> str:
    """A name as it may stand in the show: composed, without control characters, and without the dots and
    spaces at its end that Windows drops. Empty where nothing is left."""
    text = _CONTROL.sub("", nfc(name.translate(_MAPPED))).strip()
    bare = text.rstrip(". ")
    return bare if bare.strip(".") else ""


def is_episode_yaml(name: str) -> bool:
    """`episode.yaml`, or what Windows, macOS and habit make of it."""
    return _EPISODE_YAML.fullmatch(clean(name)) is not None


def is_yaml(name: str) -> bool:
    return _YAML.fullmatch(clean(name)) is not None


def is_good_slug(name: str) -> bool:
    """Whether a folder may be called so in the show: it says something, and stands in addresses as it is."""
    if not _SLUG.fullmatch(name) or len(name) > _LONGEST_SLUG:
        return False
    return name not in _DEVICES | _NO_NAMES | {THEME_FOLDER}


def title_and_number(name: str) -> tuple[str, int | None]:
    """What the name of an audio file without its ending tells.

    A number counts where nothing else can be meant: after "Episode" or #, padded with zeros, or with a dash,
    a dot or a colon behind it. A year or a date is none.

    Returns:
        The title, empty where the name tells none, and the number.
    """
    text = clean(name).replace("_", " ")
    text = " ".join(text.split())
    if " " not in text:
        # A date is taken off below, and a number before the first hyphen; the other hyphens are spaces.
        first = _DATE.match(text) or re.match(r"\d{1,5}-(?=\D)", text)
        start = first.end() if first else 0
        head = text[:start]
        text = (f"{head.rstrip('-')} - " if head.endswith("-") else head) + text[start:].replace("-", " ")
    number = None
    dated = _DATE.match(text)
    if dated:
        text = text[dated.end() :] or text
    else:
        match = _NUMBER.match(text)
        if match:
            number = int(match["called"] or match["padded"] or match["bare"]) or None
            text = text[match.end() :]
    text = text.strip(" -–—")
    if text and text == text.casefold():
        text = text[0].upper() + text[1:]
    return text[:_LONGEST_TITLE].rstrip(), number


def plain_title(text: str) -> str:
    """A title out of an audio file's tags on one line, empty where it tells nothing."""
    title = " ".join(
        "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in nfc(text)).split()
    )
    said_nothing = re.fullmatch(
        r"(?:untitled|track|titel|spor|audio|recording|new recording)[\s\d]*", title, re.IGNORECASE
    )
    return "" if said_nothing else title[:_LONGEST_TITLE].rstrip()
