"""The templates, and how a page gets at addresses, words and dates."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, urlsplit

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup, escape

from publisher.errors import ShowError
from publisher.model import Person
from publisher.problems import Problem
from publisher.site.data import Group, PageEpisode, SitePage
from publisher.site.groups import HEARD
from publisher.suggest import nearest
from publisher.words import Words, direction, format_clock, format_date, format_duration, language_name

APPS = {
    "amazon": "Amazon Music",
    "antennapod": "AntennaPod",
    "apple": "Apple Podcasts",
    "castbox": "Castbox",
    "castro": "Castro",
    "deezer": "Deezer",
    "fountain": "Fountain",
    "iheart": "iHeart",
    "overcast": "Overcast",
    "playerfm": "Player FM",
    "pocketcasts": "Pocket Casts",
    "podcastaddict": "Podcast Addict",
    "podimo": "Podimo",
    "podverse": "Podverse",
    "spotify": "Spotify",
    "tunein": "TuneIn",
    "youtube": "YouTube",
}
"""What an app that `subscribe` names by its key is called."""

_META_LENGTH = 200
_THEME = "theme/templates/"


def rendered(
    template: str, site: SitePage, *, page_url: str, anywhere: bool = False, **values: object
) -> str:
    """A page's HTML.

    Args:
        page_url: the page's address relative to the base.
        anywhere: the page is shown at addresses that are not its own, and so leads on by whole addresses.
        values: what the template needs besides the show.
    """
    language, base_url = site.show.language, site.base_url.rstrip("/") + "/"
    words = Words(language, site.show.words)
    up = "../" * page_url.count("/")

    def here(address: str) -> str:
        key = _key(address, base_url)
        if key is None:
            return web_address(address)
        return base_url + key if anywhere else (up + key or "./")

    def absolute(address: str) -> str:
        key = _key(address, base_url)
        return web_address(address) if key is None else base_url + key

    try:
        return (
            _environment(_templates_of(site))
            .get_template(template)
            .render(
                site=site,
                show=site.show,
                page_url=page_url,
                root=here(""),
                here=here,
                absolute=absolute,
                word=words.word,
                words=words.for_scripts,
                date=lambda moment: format_date(language, moment, site.show.timezone),
                duration=lambda seconds: format_duration(language, seconds),
                direction=direction(language),
                **values,
            )
        )
    except Exception as error:
        found = _in_theme(error)
        if found is None:
            raise
        message = f"the template cannot be filled in: {error}"
        help = "mend that line; docs/format.md says what templates are given"
        path = f"{site.folder}/{found.filename}" if site.folder else found.filename
        problem = Problem("theme-template", "error", message, help, path, line=found.lineno)
        raise ShowError((problem,)) from error


def _templates_of(site: SitePage) -> tuple[tuple[str, str], ...]:
    folder = "templates/"
    return tuple(
        (name.removeprefix(folder), text) for name, text in site.show.theme if name.startswith(folder)
    )


def _in_theme(error: Exception) -> traceback.FrameSummary | None:
    """Where the show's own template stumbled; None where it was not one."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame for frame in reversed(frames) if frame.filename.startswith(_THEME)), None)


def web_address(address: str) -> str:
    """The address, if it is one that a page may lead to; a `javascript:` one is not."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    return address if scheme in ("http", "https", "mailto") else ""


class _Theme(BaseLoader):
    """The show's own templates, which know the names of their files."""

    def __init__(self, templates: dict[str, str]) -> None:
        self._templates = templates

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template not in self._templates:
            raise TemplateNotFound(template)
        return self._templates[template], f"{_THEME}{template}", lambda: True


class _Unknown(StrictUndefined):
    """What a template asks for and is not there, said in the template's own words and not in Python's."""

    @property
    def _undefined_message(self) -> str:
        owner, name = self._undefined_obj, self._undefined_name
        if owner is missing or self._undefined_hint:
            return super()._undefined_message
        known = [each.name for each in fields(owner)] if is_dataclass(owner) else []
        near = nearest(str(name), known)
        return f"there is no {name!r} in it" + (f"; did you mean {near!r}?" if near else "")


_compiled: BytecodeCache | None = None


def keep_compiled(cache: BytecodeCache) -> None:
    """Says where templates are kept as they were compiled: else every process compiles those that it uses."""
    global _compiled
    _compiled = cache
    _environment.cache_clear()


@lru_cache(maxsize=4)
def _environment(templates: tuple[tuple[str, str], ...]) -> Environment:
    own = PackageLoader("publisher.site")
    # The sandbox looks at each attribute that is asked for, and a third of a page's time goes into that. It
    # guards against templates that others wrote.
    kind = ImmutableSandboxedEnvironment if templates else Environment
    environment = kind(
        # What the show has goes first; `publisher/episode.html` is ours in any case, to be extended.
        loader=ChoiceLoader([_Theme(dict(templates)), PrefixLoader({"publisher": own}), own]),
        autoescape=True,
        undefined=_Unknown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=_compiled,
    )
    filters: dict[str, Callable[..., object]] = {
        "app": lambda link: APPS.get(link.title.lower(), link.title) or link.url,
        "clock": format_clock,
        "heard": lambda people: [entry for entry in people if entry.person.role in HEARD],
        "here_of": lambda address, here: here(address),
        "host": lambda address: (urlsplit(address).hostname or address).removeprefix("www."),
        "html": Markup,
        "instant": _instant,
        "json": lambda value: json.dumps(value, ensure_ascii=False),
        "script_json": script_json,
        "iso_duration": lambda seconds: f"PT{int(seconds + 0.5)}S",
        "label": _label,
        "language_name": language_name,
        "listed": lambda chapters: [chapter for chapter in chapters if chapter.toc and chapter.title],
        "meta": meta_text,
        "pills": _pills,
        "post": _post,
        "quoted": lambda text: quote(text, safe=""),
        "web": web_address,
    }
    environment.filters.update(filters)
    return environment


def _key(address: str, base_url: str) -> str | None:
    """The address relative to the base, or None where it lies elsewhere."""
    if address == base_url.rstrip("/"):
        return ""
    if address.startswith(base_url):
        return address.removeprefix(base_url)
    return None if ":" in address.partition("/")[0] or address.startswith("/") else address


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def script_json(value: object) -> Markup:
    """JSON that nothing in it can break out of a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _label(episode: PageEpisode) -> str:
    """What stands for the episode in a list: its code, else its number."""
    return episode.code or (f"{episode.number}" if episode.number is not None else "")


def _pills(groups: Sequence[Group], root: str) -> Markup:
    """Items of a list that lead to groups, each with its number of episodes.

    A show of ten thousand episodes has as many guests: a loop of the template's own takes ten times as long.

    Args:
        root: the way to the base.
    """
    up = "" if root == "./" else root
    lines = [
        f'<li><a href="{escape(up + group.url)}">{escape(group.name)}'
        f' <span class="count">{len(group.slugs)}</span></a></li>'
        for group in groups
    ]
    return Markup("\n".join(lines))


def _post(person: Person) -> str:
    return ", ".join(text for text in (person.title, person.organization) if text)


def meta_text(text: str | Markup) -> str:
    """Plain text of one line, cut between words, for descriptions that other machines show."""
    plain = " ".join((text.striptags() if isinstance(text, Markup) else text).split())
    if len(plain) <= _META_LENGTH:
        return plain
    return plain[:_META_LENGTH].rpartition(" ")[0].rstrip(" ,.;:–-") + " …"
