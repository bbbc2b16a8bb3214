"""A show's theme goes before publisher's own looks, and what is wrong with it leaves the release alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.errors import ShowError
from publisher.release import publish
from tests.release.trees import tree
from tests.support.shows import edit_episode, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EPISODE = """\
{% extends "publisher/episode.html" %}
{% block content %}
<p class="own">{{ episode.title }}</p>
{{ super() }}
{% endblock %}
"""


def write(show: Path, name: str, text: str) -> None:
    path = show / "theme" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def page(public: Path, slug: str) -> str:
    return (public / "episodes" / slug / "index.html").read_text("utf-8")


def test_templates_words_and_styles_of_the_show_go_before_ours(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = tree(public)
    write(show, "templates/episode.html", EPISODE)
    write(show, "words.yaml", "share: Spread it\n")
    write(show, "style.css", ".own { color: rebeccapurple }\n")
    publish(show, to=str(public), now=NOW)
    text = page(public, "0001-episode")
    assert '<p class="own">About 0001-episode</p>' in text
    assert "Spread it" in text
    style = text.partition('<link rel="stylesheet" href="../../')[2].partition('"')[0]
    assert (public / style).read_text("utf-8").rstrip().endswith(".own { color: rebeccapurple }")
    for name in ("templates/episode.html", "words.yaml", "style.css"):
        (show / "theme" / name).unlink()
    publish(show, to=str(public), now=NOW)
    after = tree(public)
    pages = [name for name in before if name.endswith(".html") and not name.startswith("releases/")]
    assert {name: after[name] for name in pages} == {name: before[name] for name in pages}


@pytest.mark.parametrize(
    ("template", "line", "said"),
    [
        ('{% extends "publisher/episode.html" %}\n\n{% block content %}{{ episode.titel }}{% endblock %}\n',
         3, "there is no 'titel' in it; did you mean 'title'?"),
        ("<p>\n{{ episodes[0].title }}\n", 2, "'episodes' is undefined"),
        ('{% include "nothing.html" %}\n', 1, "nothing.html"),
        ("{{ 1 // 0 }}\n", 1, "zero"),
        ("{{ show.__class__.__mro__ }}\n", 1, "unsafe"),
    ],
)  # fmt: skip
def test_a_template_that_stumbles_is_named_and_every_page_stays(
    tmp_path: Path, template: str, line: int, said: str
) -> None:
    show, public = make_show(tmp_path / "show", episodes=3), tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = tree(public)
    edit_episode(show, "0001-episode", title="Edited")
    write(show, "templates/episode.html", template)
    with pytest.raises(ShowError) as raised:
        publish(show, to=str(public), now=NOW)
    (problem,) = raised.value.problems
    assert (problem.rule, problem.path, problem.line) == (
        "theme-template",
        "show/theme/templates/episode.html",
        line,
    )
    assert said in problem.message
    after = tree(public)
    assert {name: after[name] for name in before} == before
    # What is named by its digest waits for the next release, or for a prune.
    assert {name.partition("/")[0] for name in after.keys() - before} <= {
        "images",
        "media",
        "releases",
        "search",
    }
