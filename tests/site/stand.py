"""The show whose pages the browser visits: published to a folder, as any show is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publisher.release import publish
from publisher.words import word
from tests.support.sample import ROOT
from tests.support.shows import add_episode, make_show

EPISODE = ROOT / "episodes" / "0001-hvordan-finner-en-podkast-fram"
URL = "https://podcast.example.com/tingen/"
LANGUAGE = "nb"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
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


def said(key: str, **values: object) -> str:
    """A word of the pages, in their language."""
    return word(LANGUAGE, key, **values)


def write_pages(folder: Path, work: Path) -> None:
    """Publishes a show to `folder`: an episode that has everything, one whose every text is hostile, and some
    that can be found."""
    show = make_show(
        work / "show",
        episodes=[],
        title="Tingen har ordet",
        language=LANGUAGE,
        timezone="Europe/Oslo",
        hosts=[{"name": "Verten"}],
        taxonomies={"theme": "Tema"},
        subscribe=[{"title": "apple", "url": "https://apps.example/tingen"}],
    )
    for place, (slug, (title, notes)) in enumerate(FOUND.items()):
        add_episode(show, slug, title=title, notes=notes, published=f"2025-01-0{place + 1}")
    pictures = {f"bilder/{image}": (EPISODE / "bilder" / image).read_bytes() for _, _, image in CHAPTERS}
    add_episode(
        show,
        "ond",
        title=HOSTILE,
        summary=HOSTILE,
        notes=HOSTILE_HTML,
        published="2025-02-01",
        guests=[{"name": HOSTILE, "organization": HOSTILE, "bio": HOSTILE_HTML}],
        quote={"text": HOSTILE, "by": HOSTILE},
        taxonomies={"theme": [HOSTILE]},
        chapters=[{"start": 0, "title": HOSTILE}],
        interview=[{"question": HOSTILE, "answer": HOSTILE_HTML}],
        learning={"reflection": HOSTILE_HTML, "outcomes": [HOSTILE], "quiz": _quiz(HOSTILE_QUESTIONS)},
        files={"transcript.txt": f"Ada: {HOSTILE}"},
    )
    add_episode(
        show,
        "finner",
        sound=(EPISODE / "audio.mp3").read_bytes(),
        title="Hvordan finner en podkast fram?",
        guid=GUID,
        code="K0001",
        published="2025-03-01",
        summary="RSS-strømmen forklarer hvordan.",
        notes="Om episoden. [Oppslagstavlen](#t=1:17) er et bilde på strømmen.",
        taxonomies={"theme": ["Åpne standarder"]},
        guests=[{"name": "RSS-strømmen", "organization": "Det åpne nettet"}],
        chapters=[
            {"start": start, "title": title, "image": f"bilder/{image}"} for start, title, image in CHAPTERS
        ],
        learning={
            "outcomes": ["Forklare hva en RSS-strøm er"],
            "reflection": "Finn adressen til en strøm.",
            "quiz": _quiz(QUESTIONS),
            "pass": 0.75,
        },
        files={"transcript.vtt": (EPISODE / "transcript.vtt").read_bytes(), **pictures},
    )
    publish(show, to=str(folder), url=URL, now=NOW)


FOUND = {
    "fjord": ("Hva husker en fjord?", "Fjorden husker istiden. Øya ligger ytterst."),
    "bok": (
        "Hvem leser bøkene?",
        "Bøkene i biblioteket blir lest av mange.\n\nOppslagstavlene henger på en vegg.",
    ),
    "torsk": (
        "Snakker torsken? <script>window.harm=1</script>",
        "Torsken snakker med svømmeblæren: &lt;img src=x onerror=harm()&gt;. En øy er et hjem.",
    ),
}
"""Further episodes: title and notes by slug."""


def _quiz(questions: Sequence[Question]) -> list[dict[str, Any]]:
    return [
        {
            "question": each.text,
            "choices": list(each.choices),
            "answer": each.answer + 1,
            "explanation": each.explanation,
        }
        for each in questions
    ]
