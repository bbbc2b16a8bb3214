"""Rules that reading a file already decides: declared here so that every id stands in one register."""

from __future__ import annotations

from typing import Final

from publisher.checking.rule import APPLE_ARTWORK, APPLE_FEED, NAMESPACE, Rule, declare
from publisher.problems import Severity

_YAML: Final = "https://yaml.org/spec/1.2.2/"
_NAMESPACE: Final = "https://podcastnamespace.org"
_RRULE: Final = "https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10"
_XML: Final = "https://www.w3.org/TR/xml/#charsets"

_DECLARED: Final[tuple[tuple[str, Severity, str, str], ...]] = (
    ("store-unknown", "warning", "the store says which episodes are published", ""),
    ("url-missing", "error", "a show in a bucket has a public address", ""),
    ("no-show", "error", "a show folder holds podcast.yaml", ""),
    ("no-episode", "warning", "a folder with audio holds episode.yaml", ""),
    ("unreadable", "error", "every file of the show can be read", ""),
    ("not-writable", "warning", "a file that is to be mended can be written", ""),
    ("leaves-show", "error", "no file or link leads out of the show folder", ""),
    ("file-missing", "error", "a file that is named is there", ""),
    ("file-name", "error", "a file is named relative to its folder", ""),
    ("audio-choice", "error", "an episode has exactly one audio file", ""),
    ("artwork-choice", "error", "a folder has at most one cover", ""),
    ("transcript-choice", "error", "an episode has at most one transcript in each language", ""),
    ("yaml-syntax", "error", "the file is YAML", _YAML),
    ("yaml-empty", "error", "the file is not empty", ""),
    ("yaml-too-large", "error", "a YAML file has at most 1 MiB", ""),
    ("yaml-documents", "error", "the file holds one YAML document", _YAML),
    ("yaml-alias", "error", "values are written out, without anchors and aliases", ""),
    ("yaml-tag", "error", "no YAML tags are used", ""),
    ("yaml-key", "error", "a key is a text", ""),
    ("too-many", "error", "a file has at most fifty problems that are listed", ""),
    ("duplicate-key", "error", "no key stands twice", _YAML),
    ("unknown-key", "error", "every key is one of publisher's", ""),
    ("missing-key", "error", "a required key is there and filled in", ""),
    ("empty-item", "error", "no item of a list is empty", ""),
    ("encoding", "error", "text is UTF-8", _YAML),
    ("character", "error", "text holds only characters that XML can carry", _XML),
    ("type", "error", "a value has the type its key asks for", ""),
    ("value", "error", "a value is one of those that its key takes", ""),
    ("too-long", "error", "a text is not longer than its key takes", ""),
    ("date", "error", "a date exists, in the calendar and on the show's clocks", ""),
    ("time", "error", "a time within the audio is written as 12:34, 1:02:03.5 or seconds", ""),
    ("address", "error", "a web address is complete", "https://www.rfc-editor.org/rfc/rfc3986"),
    ("email", "error", "an e-mail address is one", ""),
    ("language", "error", "a language is a BCP 47 tag", "https://www.rfc-editor.org/info/bcp47"),
    ("timezone", "error", "a time zone has an IANA name", "https://www.iana.org/time-zones"),
    ("category", "error", "a category is one of Apple's", "https://podcasters.apple.com/support/1691-apple-podcasts-categories"),
    ("license", "error", "a licence is a slug of the podcast namespace or an address", NAMESPACE + "license"),
    ("guid", "error", "a GUID is one word; a show's is a UUID", NAMESPACE + "guid"),
    ("feed-name", "error", "a private feed's name can stand in an address", ""),
    ("feed-secret", "error", "a private feed names the environment variable that holds its secret", ""),
    ("feed-left", "warning", "the secret of a private feed is known where it is published", ""),
    ("feed-early", "error", "a span of time is written as 48h or 7d", ""),
    ("text-limit", "warning", "a text is not longer than the podcast namespace allows", _NAMESPACE),
    ("person-role", "warning", "a person's role is one of the Podcast Taxonomy", NAMESPACE + "person"),
    ("person-group", "warning", "a person's group is one of the Podcast Taxonomy", NAMESPACE + "person"),
    ("block-service", "warning", "a blocked service is on the podcast namespace's list", NAMESPACE + "block"),
    ("country", "error", "a country is written as its two letters", NAMESPACE + "location"),
    ("rrule", "error", "a recurrence rule is one of RFC 5545", _RRULE),
    ("media-type", "error", "a media type is written as audio/opus", ""),
    ("quiz-choices", "error", "a quiz question has two or more choices", ""),
    ("quiz-answer", "error", "a quiz answer is one of the choices", ""),
    ("notes-too-large", "error", "notes have at most 1 MiB", ""),
    ("audio-empty", "error", "the audio file is not empty", ""),
    ("audio-not-audio", "error", "the audio file holds audio", ""),
    ("audio-cut-off", "error", "the audio is whole", ""),
    ("audio-junk", "warning", "nothing but sound stands between the frames", ""),
    ("audio-extension", "warning", "the audio's name says what it is", APPLE_FEED),
    ("audio-drm", "error", "the audio is not protected", ""),
    ("audio-codec", "error", "the audio's codec is one that can be decoded", ""),
    ("audio-format", "error", "the audio is of a format that publisher takes", ""),
    ("audio-unreadable", "error", "the audio can be read", ""),
    ("artwork-unreadable", "error", "artwork is a picture that can be read whole", APPLE_ARTWORK),
    ("artwork-bomb", "error", "a picture unpacks to a sensible size", ""),
    ("artwork-extension", "warning", "a picture's name says what it is", APPLE_ARTWORK),
    ("artwork-type", "error", "artwork is a picture of a known kind, others are JPEG or PNG", APPLE_ARTWORK),
    ("font-unreadable", "error", "a font in theme/fonts can be read", ""),
    ("transcript-encoding", "error", "a transcript is UTF-8", NAMESPACE + "transcript"),
    ("transcript-syntax", "error", "a transcript is what its ending says", NAMESPACE + "transcript"),
    ("transcript-empty", "error", "a transcript says something", NAMESPACE + "transcript"),
    ("transcript-times", "warning", "a transcript's times run forward", NAMESPACE + "transcript"),
    ("transcript-too-large", "error", "a transcript has at most 8 MiB, and no more than 100,000 cues", ""),
    ("transcript-language", "error", "transcript.en.vtt says a language that is known", "https://www.rfc-editor.org/info/bcp47"),
    ("chapters-choice", "error", "an episode has at most one chapters file", ""),
    ("chapters-syntax", "error", "a chapters file is what its ending says", NAMESPACE + "chapters"),
    ("chapters-times", "error", "a chapter's times are times", NAMESPACE + "chapters"),
    ("chapters-order", "warning", "chapters stand in the order of the sound", NAMESPACE + "chapters"),
    ("chapters-empty", "error", "a chapters file holds chapters", ""),
    ("chapters-too-large", "error", "a chapters file has at most 1 MiB and 5,000 chapters", ""),
)  # fmt: skip

for _id, _severity, _says, _source in _DECLARED:
    declare(Rule(_id, _severity, _says, _source))
