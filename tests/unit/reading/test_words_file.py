"""`theme/words.yaml`: the show's own texts, by language, and what may be wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.reading.load import load_show
from tests.support.shows import make_show


def write(tmp_path: Path, text: str, language: str = "nb-NO") -> Path:
    show = make_show(tmp_path / "show", language=language)
    (show / "theme").mkdir()
    (show / "theme" / "words.yaml").write_text(text, "utf-8")
    return show


def words(tmp_path: Path, text: str, language: str = "nb-NO") -> dict[str, str]:
    loaded = load_show(write(tmp_path, text, language))
    assert loaded.problems == ()
    assert loaded.show is not None
    return dict(loaded.show.words)


def problems(tmp_path: Path, text: str) -> list[tuple[str, int | None, int | None]]:
    found = load_show(write(tmp_path, text)).problems
    return [(problem.rule, problem.line, problem.column) for problem in found]


def test_without_the_file_there_are_none(tmp_path: Path) -> None:
    loaded = load_show(make_show(tmp_path / "show"))
    assert loaded.show is not None
    assert (loaded.show.words, loaded.problems) == ((), ())


def test_texts_by_their_keys(tmp_path: Path) -> None:
    text = "# ours\nplay: '  Hør  '\nresult: >-\n  {count} spørsmål,\n  {right} riktige\npause:\nright: yes\n"
    assert words(tmp_path, text) == {
        "play": "Hør",
        "result": "{count} spørsmål, {right} riktige",
        "right": "yes",
    }


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "~\n", "nb:\n"])
def test_a_file_that_says_nothing_changes_nothing(tmp_path: Path, text: str) -> None:
    assert words(tmp_path, text) == {}


@pytest.mark.parametrize(
    ("language", "play"),
    [
        ("nb-NO", "below nb-NO"),
        ("nb", "below nb"),
        ("no", "below nb"),
        ("nb-SJ", "below nb"),
        ("nn", "for all"),
    ],
)
def test_the_nearest_language_holds(tmp_path: Path, language: str, play: str) -> None:
    text = "nb-no: {play: below nb-NO}\nplay: for all\nno: {play: below nb}\nsv: {play: below sv}\n"
    assert words(tmp_path, text, language) == {"play": play}


def test_what_stands_below_a_language_leaves_the_rest(tmp_path: Path) -> None:
    text = "play: Hør\npause: Vent\nnb: {play: Lytt nå}\n"
    assert words(tmp_path, text, "nb") == {"play": "Lytt nå", "pause": "Vent"}


def test_the_order_in_the_file_does_not_count(tmp_path: Path) -> None:
    one = words(tmp_path / "one", "play: A\npause: B\n")
    other = words(tmp_path / "other", "pause: B\nplay: A\n")
    assert list(one.items()) == list(other.items())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pla: Hør\n", ("word-unknown", 1, 1)),
        ("play: Hør\nplay: Lytt\n", ("duplicate-key", 2, 1)),
        ("nb:\n  pla: Hør\n", ("word-unknown", 2, 3)),
        ("sv:\n  pla: Hör\n", ("word-unknown", 2, 3)),
        ("svenska:\n  play: Hör\n", ("word-unknown", 1, 1)),
        ("play: [Hør]\n", ("type", 1, 7)),
        ("play:\n  nb: Hør\n", ("type", 2, 3)),
        ("play: Hør {title}\n", ("word-placeholder", 1, 7)),
        ("play: Hør {}\n", ("word-placeholder", 1, 7)),
        ("page_of: Side {page}\n", ("word-placeholder", 1, 10)),
        ("page_of: Side {page} av { pages }\n", ("word-placeholder", 1, 10)),
        (f"play: {'Hør ' * 126}\n", ("too-long", 1, 7)),
        ("- play\n", ("type", 1, 1)),
        ("play\n", ("type", 1, 1)),
        ('play: "Hør\\u0007"\n', ("character", 1, 7)),
        ("play: *other\n", ("yaml-alias", 1, 7)),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    tmp_path: Path, text: str, wanted: tuple[str, int, int]
) -> None:
    assert wanted in problems(tmp_path, text)


def test_a_file_of_wrong_keys_is_understood_from_the_first_ones(tmp_path: Path) -> None:
    found = problems(tmp_path, "".join(f"no_word_{number}: x\n" for number in range(500)))
    assert len(found) == 51
    assert found[-1][0] == "too-many"


def test_a_link_out_of_the_show_is_refused(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    (show / "theme").mkdir()
    (tmp_path / "words.yaml").write_text("play: Hear\n")
    (show / "theme" / "words.yaml").symlink_to(tmp_path / "words.yaml")
    loaded = load_show(show)
    assert [problem.rule for problem in loaded.problems] == ["leaves-show"]
    assert loaded.show is not None
    assert loaded.show.words == ()


def test_a_theme_is_no_forgotten_episode(tmp_path: Path) -> None:
    show = write(tmp_path, "play: Hør\n")
    assert load_show(show).problems == ()
    (show / "elsewhere").mkdir()
    (show / "elsewhere" / "episod.yaml").write_text("title: A\n")
    assert [problem.rule for problem in load_show(show).problems] == ["no-episode"]
