"""Where the pages are that the browser visits.

The tests know pages by what `Pages` names, so that published ones can take the place of these hand-written
ones, which follow the same shape.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import cycle, groupby
from math import sin
from pathlib import Path
from string import Template

import webvtt
from PIL import Image

from publisher.sound.drawing import peaks_svg
from publisher.sound.facts import Peaks
from tests.support.sample import ROOT

STATIC = ROOT / "publisher" / "site" / "static"
FIXTURES = Path(__file__).parent / "fixtures"
EPISODE = ROOT / "episodes" / "0001-hvordan-finner-en-podkast-fram"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'"
)
GUID = "3f1d6a0e-9b1c-5b7e-8a55-2f3c4d5e6f70"

HOSTILE = '<img src=x onerror="window.harm=1"></script><script>window.harm=2</script>\'"\u202egnol'
"""A text that would do something, were it ever taken for HTML; at its end one that turns the direction."""
HOSTILE_HTML = (
    "<b>fet</b><img src=x onerror=\"window.harm='image'\"><script>window.harm='script'</script>"
    "<a href=\"javascript:window.harm='link'\">lenke</a><svg onload=\"window.harm='svg'\"></svg>"
)


@dataclass(frozen=True)
class Pages:
    """Addresses of pages, and what is on them.

    Attributes:
        url: of the site's root, with a slash at its end.
        chapters: (start in seconds, title) of the episode's.
        answers: the right choice of each of the quiz's questions, counted from 0.
    """

    url: str
    chapters: tuple[tuple[float, str], ...]
    answers: tuple[int, ...]
    guid: str = GUID
    home: str = ""
    episode: str = "episodes/finner/"
    hostile: str = "episodes/ond/"
    certificate: str = "certificate/"
    search: str = "search/"

    def at(self, path: str) -> str:
        return self.url + path


@dataclass(frozen=True)
class Question:
    text: str
    choices: tuple[str, ...]
    answer: int
    explanation: str = ""


CHAPTERS = (
    (0.0, "Velkommen", "velkommen.jpg"),
    (37.0, "En oppslagstavle på nettet", "oppslagstavle.jpg"),
    (77.6, "Appen spør, strømmen svarer", "sporsmal.jpg"),
    (125.0, "Hvorfor ingen eier strømmen", "ingen-vakt.jpg"),
    (150.6, "Trådene samles", "tradene.jpg"),
)
QUESTIONS = (
    Question(
        "Hva er en RSS-strøm?",
        ("En lydfil", "En tekstfil som ligger åpent på nettet", "En app"),
        1,
        "<p>Den er en <b>tekstfil</b>: øverst står navnet på programmet, og under står episodene.</p>",
    ),
    Question(
        "Hvor ligger lyden?",
        ("I strømmen selv", "Hos appen", "Et annet sted, som strømmen peker på"),
        2,
        "<p>Strømmen bærer ikke lyd. Den peker.</p>",
    ),
    Question(
        "Hvem eier strømmen?",
        ("Ingen", "Den største appen", "Biblioteket"),
        0,
        "<p>Hvem som helst kan lese den, og ingen trenger å be om lov.</p>",
    ),
    Question(
        "Hvor ofte ser appen etter nytt?",
        ("Aldri", "Av og til, og som regel er svaret nei", "Hvert sekund"),
        1,
    ),
)
HOSTILE_QUESTIONS = (
    Question(HOSTILE, (HOSTILE, f"{HOSTILE} 2"), 0, HOSTILE_HTML),
    Question("\u202eKan dette leses?", ("Ja", HOSTILE), 0, HOSTILE_HTML),
)


def write_pages(folder: Path) -> None:
    """Writes the site below `folder`."""
    shutil.copytree(STATIC, folder / "site", ignore=shutil.ignore_patterns("*.css"))
    sheets = ("style", "player", "learning", "certificate", "search")
    style = "\n".join((STATIC / f"{name}.css").read_text("utf-8") for name in sheets)
    # The page's own style hides this; here it is not there yet.
    style += "\n.js .without-script { display: none; }\n"
    (folder / "site" / "style.css").write_text(style, "utf-8")
    for name in ("media", "artwork"):
        (folder / name).mkdir()
    shutil.copy(EPISODE / "audio.mp3", folder / "media" / "ord.mp3")
    (folder / "media" / "ord.svg").write_text(peaks_svg(_peaks()), "utf-8")
    shutil.copy(ROOT / "episodes" / "cover.jpg", folder / "artwork" / "cover.jpg")
    for _, _, image in CHAPTERS:
        with Image.open(EPISODE / "bilder" / image) as picture:
            picture.convert("RGB").resize((160, 160)).save(folder / "artwork" / image)

    _write(folder, "episodes/finner/", "Hvordan finner en podkast fram?", _episode(QUESTIONS))
    _write(folder, "episodes/ond/", HOSTILE, _episode(HOSTILE_QUESTIONS, title=HOSTILE, guid=HOSTILE))
    _write(folder, "episodes/finner/answers/", "Svarene", "<h1>Svarene</h1>")
    certificate = (
        '<article data-certificate data-show="Tingen har ordet" data-show-url="https://podcast.example.com/tingen/">'
        "<h1>Kursbevis</h1></article>"
    )
    _write(folder, "certificate/", "Kursbevis", certificate)
    _write(folder, "", "Tingen har ordet", "<h1>Tingen har ordet</h1>" + _player() + _player(guid="other"))


def _write(folder: Path, path: str, title: str, content: str, *, policy: str = POLICY) -> None:
    words = (FIXTURES / "words.json").read_text("utf-8").replace("<", "\\u003c")
    page = _template("page").substitute(
        title=escape(title), content=content, root="../" * path.count("/"), policy=policy, words=words
    )
    target = folder / path / "index.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, "utf-8")


FOUND = {
    "first": {
        "episodes/finner/": (
            "Hvordan finner en podkast fram?",
            "<p>En podkast er en strøm av episoder. Bøkene i biblioteket blir lest av mange.</p>"
            '<h2 id="oppslag">En oppslagstavle</h2><p>Oppslagstavlene henger på en vegg.</p>',
        ),
        "episodes/fjord/": ("Hva husker en fjord?", "<p>Fjorden husker istiden. Øya ligger ytterst.</p>"),
    },
    "second": {
        "episodes/torsk/": (
            "Snakker torsken? <script>window.harm=1</script>",
            "<p>Torsken snakker med svømmeblæren: &lt;img src=x onerror=harm()&gt;. En øy er et hjem.</p>",
        ),
    },
}
"""Pages that can be found, by index and address: title and content."""


def write_search(folder: Path, work: Path) -> None:
    """Writes the search page and the indexes that it asks, made by Pagefind."""
    for name, found in FOUND.items():
        for path, (title, content) in found.items():
            page = work / name / path / "index.html"
            page.parent.mkdir(parents=True)
            head = f'<html lang="nb"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
            body = f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
            page.write_text(f"<!doctype html>{head}{body}", "utf-8")
        options = ["--silent", "--site", str(work / name), "--output-path", str(folder / "search" / name)]
        subprocess.run([sys.executable, "-m", "pagefind", *options], check=True, timeout=60)
    addresses = escape(json.dumps([f"../search/{name}/" for name in FOUND]))
    content = (
        f'<h1>Søk</h1><form role="search" data-search data-indexes="{addresses}">'
        '<input type="search" name="q" aria-label="Søk i alle episodene"></form>'
        '<p data-status role="status"></p><ol data-results></ol>'
    )
    policy = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    _write(folder, "search/", "Søk", content, policy=policy)


def _episode(
    questions: Sequence[Question], *, title: str = "Hvordan finner en podkast fram?", guid: str = GUID
) -> str:
    return _template("episode").substitute(
        title=escape(title),
        guid=escape(guid),
        sealed=seal(questions, guid),
        chapters="\n".join(
            f'<li data-start="{start:g}"><img src="../../artwork/{image}" alt="" width="64" height="64" '
            f'loading="lazy"><a class="clock" href="../../media/ord.mp3#t={start:g}">{_clock(start)}</a> '
            f'<span class="title">{escape(name)}</span></li>'
            for start, name, image in CHAPTERS
        ),
        questions="\n".join(_question(place, question) for place, question in enumerate(questions)),
        transcript=_transcript(),
    )


def seal(questions: Sequence[Question], guid: str) -> str:
    """The answers as the page holds them."""
    told = [{"answer": each.answer, "explanation": each.explanation} for each in questions]
    data = json.dumps(told, ensure_ascii=False).encode()
    return base64.b64encode(
        bytes(one ^ other for one, other in zip(data, cycle(guid.encode()), strict=False))
    ).decode()


def _question(place: int, question: Question) -> str:
    choices = "\n".join(
        f'<label><input type="radio" name="q{place}" value="{value}"> <span>{escape(text)}</span></label>'
        for value, text in enumerate(question.choices)
    )
    return f'<fieldset data-question="{place}"><legend>{escape(question.text)}</legend>\n{choices}</fieldset>'


def _transcript() -> str:
    cues = [
        (cue.start_in_seconds, cue.end_in_seconds, cue.voice or "", " ".join(cue.text.split()))
        for cue in webvtt.read(str(EPISODE / "transcript.vtt")).captions
    ]
    paragraphs = []
    for voice, spoken in groupby(cues, key=lambda cue: cue[2]):
        spans = " ".join(
            f'<span data-start="{start:g}" data-end="{end:g}">{escape(text)}</span>'
            for start, end, _, text in spoken
        )
        paragraphs.append(f"<p><cite>{escape(voice)}:</cite> {spans}</p>")
    assert len(paragraphs) > 10
    return "\n".join(paragraphs)


def _player(guid: str = GUID) -> str:
    return (
        f'<div class="player" data-player data-guid="{guid}" data-title="Hvordan finner en podkast fram?" '
        'data-show="Tingen har ordet" data-artwork="artwork/cover.jpg" data-duration="195.4">'
        '<audio controls preload="none" aria-label="Lytt">'
        '<source src="media/ord.mp3" type="audio/mpeg"></audio></div>'
    )


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _peaks() -> Peaks:
    """An outline that looks like speech: phrases with pauses in between."""
    heights = [
        int(12 + 100 * abs(sin(place * 0.9) * sin(place * 0.11 + 0.4) * sin(place * 0.031 + 1.1)))
        for place in range(800)
    ]
    return Peaks(44_100, 10_000, tuple(value for height in heights for value in (-height, height)))


def _template(name: str) -> Template:
    text = (FIXTURES / f"{name}.html").read_text("utf-8")
    assert re.search(r"\$\{?\w", text)
    return Template(text)
