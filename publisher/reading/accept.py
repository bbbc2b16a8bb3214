"""Which texts a key accepts.

Each function gives the value in its normal form, or raises ValueError(message, help).
"""

from __future__ import annotations

import functools
import re
import uuid
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, available_timezones

from publisher.reading.times import BadTime, parse_offset
from publisher.suggest import did_you_mean, nearest
from publisher.vocabulary import categories, licenses

_LONGEST_HOST = 253
_BY_CONTENT = frozenset(("ipfs", "ipns", "magnet"))
_FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_RULE_PARTS = (
    *("FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY"),
    *("BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST"),
)
_LANGUAGE = re.compile(
    r"(?:[A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*"
)


def category(text: str) -> str:
    wanted = " > ".join(part.strip() for part in re.split(r"[>/›]", text))
    known = {name.casefold(): name for name in categories()}
    if wanted.casefold() in known:
        return known[wanted.casefold()]
    subcategory = [name for name in categories() if name.casefold().endswith(f" > {wanted.casefold()}")]
    help = f"did you mean {subcategory[0]!r}?" if subcategory else did_you_mean(wanted, categories())
    if not nearest(wanted, categories()) and not subcategory:
        top = [name for name in categories() if " > " not in name]
        help = "Apple's categories are: " + ", ".join(top)
    raise ValueError("Apple has no such category", help)


def language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("this is no language code", "write it as nb, nn, en, en-GB (BCP 47)")
    return text


@functools.cache
def _timezones() -> frozenset[str]:
    """Looked for once: it means to walk through hundreds of files."""
    return frozenset(available_timezones())


def timezone(text: str) -> str:
    zones = _timezones()
    if text in zones:
        return text
    city = next((zone for zone in sorted(zones) if zone.casefold().endswith("/" + text.casefold())), "")
    help = f"did you mean {city or nearest(text, zones)!r}?" if city or nearest(text, zones) else ""
    raise ValueError("there is no such time zone", help or "write an IANA name: Europe/Oslo")


def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def address(text: str) -> str:
    """A web address, ASCII throughout: what is not is percent- or IDNA-encoded."""
    help = "write the whole address: https://example.com/page"
    if re.search(r"[\s<>\"\\^`{|}]", text):
        raise ValueError("a web address holds no spaces, quotes or brackets", "write %20 for a space")
    try:
        parts = urlsplit(text)
        host = parts.hostname
        port = parts.port
    except ValueError:
        raise ValueError("this is no web address", help) from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        if re.fullmatch(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?:[/?#:].*)?", text):
            help = f"write the whole address: https://{text}"
        raise ValueError("this is no web address (https://…)", help)
    if parts.username or parts.password:
        raise ValueError(
            "the address holds a user name or a password", "secrets never stand in a show folder"
        )
    if len(host) > _LONGEST_HOST:
        raise ValueError(
            f"the host's name has {len(host):,} characters; at most {_LONGEST_HOST} can be", help
        )
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise ValueError("the host's name cannot be written in a web address", help) from None
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit(
        (
            parts.scheme.lower(),
            netloc,
            quote(parts.path, safe="/%:@!$&'()*+,;=~-._"),
            quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]"),
            quote(parts.fragment, safe="/?%:@!$&'()*+,;=~-._"),
        )
    )


def source_uri(text: str) -> str:
    """A web address, or one of a network in which a file is found by its content."""
    scheme, colon, rest = text.partition(":")
    if not colon or scheme.casefold() not in _BY_CONTENT:
        return address(text)
    if not rest.strip("/") or re.search(r"[\s<>\"\\^`{|}]", rest) or not rest.isascii():
        raise ValueError("this is no address", f"write it whole: {scheme.casefold()}:…")
    return f"{scheme.casefold()}:{rest}"


def host(text: str) -> str:
    if not re.fullmatch(r"(?=.{1,253}$)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}", text):
        raise ValueError("this is no host's name", "write the name alone: irc.example.org")
    return text.lower()


def country(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError("this is no country's code", "write its two letters: NO, SE, GB (ISO 3166-1)")
    return text.upper()


def aspect_ratio(text: str) -> str:
    match = re.fullmatch(r"(\d{1,5}(?:\.\d{1,5})?)\s*/\s*(\d{1,5}(?:\.\d{1,5})?)", text, re.ASCII)
    if match is None or float(match[1]) == 0 or float(match[2]) == 0:
        raise ValueError("this is no ratio", "write width and height as 16/9")
    return f"{match[1]}/{match[2]}"


def decimal(text: str) -> str:
    if not re.fullmatch(r"\d{1,12}(?:\.\d{1,18})?", text, re.ASCII):
        raise ValueError("this is no number", "write it out: 0.00000015000")
    return text


def rrule(text: str) -> str:
    """https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10"""
    rule = re.sub(r"\s+", "", text.upper().removeprefix("RRULE:")).rstrip(";")
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    unknown = [name for name in parts if name not in _RULE_PARTS]
    if unknown:
        raise ValueError(
            f"a recurrence rule has no part {unknown[0][:40]!r}", did_you_mean(unknown[0], _RULE_PARTS)
        )
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError("a recurrence rule has FREQ", "write FREQ=" + ", FREQ=".join(_FREQUENCIES[-4:]))
    if any(not re.fullmatch(r"[A-Z0-9,.:+-]+", value) for value in parts.values()):
        raise ValueError("a part of the rule has no value", "write it as FREQ=WEEKLY;BYDAY=MO")
    if len(parts) != rule.count(";") + 1:
        raise ValueError("a part stands twice", "write each part once")
    return rule


def base_address(text: str) -> str:
    """An address below which things are published: ends with a slash, has no query."""
    value = address(text)
    parts = urlsplit(value)
    if parts.query or parts.fragment:
        raise ValueError(
            "an address to publish under has no '?' and no '#'", "give the folder's address only"
        )
    return value if value.endswith("/") else value + "/"


def address_or_file(text: str) -> str:
    # A single letter is a drive of Windows, and no scheme has one.
    return address(text) if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", text) else file_name(text)


def file_name(text: str) -> str:
    """A file of the folder: relative, with `/` between parts, without a way out."""
    if text.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", text):
        raise ValueError(
            "an absolute path leaves the show", "copy the file into the episode's folder and name it"
        )
    if "\\" in text:
        raise ValueError("a backslash stands in it", "write / between folders")
    if ".." in text.split("/"):
        raise ValueError("'..' leaves the folder", "copy the file into the episode's folder and name it")
    return text


def license_slug(text: str) -> str:
    if "://" in text:
        return address(text)
    if text.casefold() in licenses():
        return text.casefold()
    raise ValueError(
        "this is neither a licence's slug nor an address", did_you_mean(text.casefold(), sorted(licenses()))
    )


def uuid_text(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValueError(
            "this is no UUID", "leave the key out: publisher works it out, and keeps it for ever"
        ) from None


def feed_guid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValueError(
            "this is no UUID", "copy it from the other show's feed: <podcast:guid>, 36 characters"
        ) from None


def guid(text: str) -> str:
    if any(character.isspace() for character in text) or len(text) > 1024:
        raise ValueError("a GUID is one word without spaces", "leave the key out for a new episode")
    return text


def email(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>\"(),]+@[^@\s<>\"(),]+\.[^@\s<>\"(),.]+", text):
        raise ValueError("this is no e-mail address", "write it as name@example.com")
    return text


def offset(text: str) -> float:
    try:
        return parse_offset(text)
    except BadTime as error:
        raise ValueError(error.message, error.help) from None


def feed_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", text):
        raise ValueError(
            "this cannot be the name of a feed", "use letters a to z, digits and hyphens: members"
        )
    return text


def variable(text: str) -> str:
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", text):
        raise ValueError(
            "this is no name of an environment variable",
            "write the variable's name, MEMBERS_SECRET; the secret itself never stands in a file",
        )
    return text


def handle(text: str) -> str:
    """A Bluesky handle: https://atproto.com/specs/handle"""
    bare = text.removeprefix("@").lower()
    label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    if len(bare) > _LONGEST_HOST or not re.fullmatch(rf"(?:{label}\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?", bare):
        raise ValueError("this is no Bluesky handle", "write it whole: ada.bsky.social")
    return bare


def server(text: str) -> str:
    """A server's address, without a path and without a slash at its end."""
    found = urlsplit(address(text))
    if found.path.strip("/") or found.query or found.fragment:
        raise ValueError("this is more than a server", f"write {found.scheme}://{found.netloc}")
    if found.scheme != "https" and not _is_loopback(found.hostname or ""):
        raise ValueError("a password would be sent there unencrypted", f"write https://{found.netloc}")
    return f"{found.scheme}://{found.netloc}"


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


_PLACES = ("title", "url", "show")


def post_text(text: str) -> str:
    """The text of a post, with places to fill in."""
    for place in re.findall(r"\{([^{}]*)\}", text):
        if place not in _PLACES:
            raise ValueError(f"there is no {{{place}}} to fill in", did_you_mean(place, _PLACES))
    if "{url}" not in text:
        raise ValueError("it has no {url}, so nobody gets to the episode", "write {url} where it is to stand")
    return text


_SPANS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def span(text: str) -> float:
    """A time such as `48h`, in seconds."""
    match = re.fullmatch(r"(\d{1,4})\s*([mhdw])", text)
    if match is None:
        raise ValueError("this is no span of time", "write it as 30m, 48h, 7d or 2w")
    return float(int(match[1]) * _SPANS[match[2]])


def colour(text: str) -> str:
    """`#rgb` or `#rrggbb`, as `#rrggbb` in small letters."""
    if not re.fullmatch(r"#(?:[0-9A-Fa-f]{3}){1,2}", text):
        bare = re.fullmatch(r"(?:[0-9A-Fa-f]{3}){1,2}", text)
        help = f'write it as "#{text}"' if bare else 'write it as "#0d5f58", between quotes'
        raise ValueError("this is no colour", help)
    digits = text[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def media_type(text: str) -> str:
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", text):
        raise ValueError("this is no media type", "write it as audio/opus or video/mp4")
    return text.lower()
