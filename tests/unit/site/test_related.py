from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import pytest

from publisher.site.alike import Alike
from publisher.site.related import MOST_RELATED, Subject, Suggesting, Suggestions, in_order, words_of

START = datetime(2020, 1, 6, 5, tzinfo=UTC)


def compared(ordered: list[Subject], known: Alike | None = None) -> Alike:
    """All compared with each other, going on with what is known of the first of them, where that fits."""
    alike = known if known and known.fits(ordered) else Alike()
    alike.add(ordered)
    return alike


def suggested(subjects: Iterable[Subject], *, serial: bool = False) -> dict[str, Suggestions]:
    ordered = in_order(subjects)
    suggesting = Suggesting(ordered, serial=serial, ranked=compared(ordered).ranked)
    return {one.slug: suggesting.after(one.slug) for one in ordered}


def subject(at: int, **values: Any) -> Subject:
    return Subject(f"e{at:04}", START + timedelta(days=7 * at))._replace(**values)


def made_up(count: int, words: int = 250) -> list[Subject]:
    """A show whose words are spread as those of a language are, with themes, guests and organizations."""
    chance = random.Random(1)
    vowels, consonants = "aeiouyæøå", "bdfghjklmnprstv"
    syllables = [first + second for first in consonants for second in vowels]
    vocabulary = ["".join(chance.choices(syllables, k=chance.randint(1, 5))) for _ in range(20_000)]
    frequencies = list(accumulate(1 / (rank + 2) for rank in range(len(vocabulary))))
    topics = [chance.choices(vocabulary, k=60) for _ in range(40)]
    show = []
    for at in range(count):
        text = chance.choices(vocabulary, cum_weights=frequencies, k=words - 40)
        text += chance.choices(chance.choice(topics), k=40)
        show.append(
            subject(
                at,
                taxonomies=(
                    ("theme", (f"t{chance.randrange(12)}",)),
                    ("place", (f"p{chance.randrange(30)}",)),
                ),
                people=(f"guest {chance.randrange(count)}",),
                organizations=(f"organization {chance.randrange(80)}",),
                text=" ".join(text),
            )
        )
    return show


def test_values_of_taxonomies_count_the_more_the_rarer_they_are() -> None:
    show = [
        subject(
            at,
            taxonomies=(
                ("theme", ("common" if at % 2 else f"own {at}",)),
                ("place", ("rare" if at in (5, 30) else f"own {at}",)),
            ),
        )
        for at in range(40)
    ]

    related = suggested(show)["e0005"]

    assert "e0030" in (related.next, related.related[0])


@pytest.mark.parametrize(
    "shared",
    [
        {"people": ("Guest One",)},
        {"organizations": ("Workshop",)},
        {"taxonomies": (("theme", ("Craft",)),)},
        {"text": "smiekunst smiekunsten hammer ambolt esse"},
    ],
)
def test_what_two_episodes_share_makes_them_related(shared: dict[str, object]) -> None:
    show = [subject(at) for at in range(30)]
    show[3], show[20] = subject(3, **shared), subject(20, **shared)

    assert suggested(show)["e0003"].next == "e0020"
    assert suggested(show)["e0020"] == Suggestions(("e0003",), "e0021")


def test_a_word_counts_in_whatever_form_it_stands() -> None:
    show = [subject(at, text=f"ord{at}") for at in range(12)]
    show[2] = subject(2, text="Organisasjonen og ledelsens samarbeid")
    show[9] = subject(9, text="organisasjonsutvikling; LEDELSE, samarbeidet")

    assert suggested(show)["e0002"].next == "e0009"


def test_words_without_spaces_between_them_are_found() -> None:
    show = [subject(at) for at in range(12)]
    show[2], show[9] = subject(2, text="今日は鍛冶屋の話です"), subject(9, text="鍛冶屋を訪ねて")

    assert suggested(show)["e0002"].next == "e0009"


def test_words_that_most_episodes_have_tell_nothing() -> None:
    show = [subject(at, text="i dag snakker vi med gjesten om dette") for at in range(40)]

    related = suggested(show)

    assert all(related[one.slug].related == () for one in show[20:])
    assert related["e0025"].next == "e0026"


def test_what_is_chosen_by_hand_comes_first() -> None:
    show = made_up(30)
    show[4] = show[4]._replace(related=("e0020", "draft", "e0004", "e0011", "e0020"), next="e0020")

    found = suggested(show)["e0004"]

    assert found.related[:2] == ("e0020", "e0011")
    assert len(found.related) == MOST_RELATED
    assert found.next == "e0020"


def test_a_choice_that_is_not_published_is_left_out() -> None:
    show = made_up(30)
    plain = suggested(show)
    show[4] = show[4]._replace(related=("draft",), next="draft")

    assert suggested(show) == plain


def test_a_serial_goes_on_by_season_and_number() -> None:
    show = [
        subject(0),
        subject(1, season=1, number=2),
        subject(2, season=1, number=1),
        subject(3),
        subject(4, season=2, number=1),
    ]

    found = suggested(show, serial=True)

    assert [found[one.slug].next for one in show] == ["e0002", "e0004", "e0003", "e0001", ""]


def test_nobody_is_led_back_at_once_or_to_one_place_by_two() -> None:
    show = made_up(100)
    nexts = {slug: found.next for slug, found in suggested(show).items()}
    worked_out = [slug for slug in nexts if nexts[slug] != f"e{int(slug[1:]) + 1:04}"]

    assert len(worked_out) > 50
    assert len({nexts[slug] for slug in worked_out}) == len(worked_out)
    assert not any(nexts.get(nexts[slug]) == slug for slug in worked_out)
    assert all(
        found.next not in found.related and slug != found.next for slug, found in suggested(show).items()
    )


def test_the_order_given_does_not_matter() -> None:
    show = made_up(60)
    shuffled = random.Random(3).sample(show, len(show))

    assert suggested(shuffled) == suggested(show)


def test_a_show_without_anything_in_common_goes_on_by_time() -> None:
    assert suggested([]) == {}
    assert suggested([subject(0)]) == {"e0000": Suggestions()}
    assert suggested([subject(1), subject(0)]) == {
        "e0000": Suggestions((), "e0001"),
        "e0001": Suggestions(),
    }


def test_a_new_episode_changes_few_pages() -> None:
    show = made_up(300)
    before = suggested(show[:294])
    changes = []
    for count in range(295, 301):
        after = suggested(show[:count])
        changes.append(sum(before[slug] != after[slug] for slug in before))
        before = after

    assert sum(changes) / len(changes) < 8, changes
    assert max(changes) < 25, changes


def test_an_old_episode_that_is_added_leaves_most_pages_alone() -> None:
    show = made_up(300)
    after = suggested(show)
    for at in (40, 270):
        before = suggested(show[:at] + show[at + 1 :])
        assert sum(before[slug] != after[slug] for slug in before) < 120


def test_the_work_grows_with_the_episodes_and_not_with_their_square() -> None:
    def spent(show: list[Subject]) -> float:
        start = time.process_time()
        suggested(show)
        return time.process_time() - start

    show = made_up(800, words=120)

    assert spent(show) < 16 * max(spent(show[:200]), 0.02)


def printed(show: list[Subject]) -> list[Subject]:
    """Subjects as a release has them: words worked out, and told from others by a fingerprint."""
    return [
        each._replace(text="", words="\n".join(sorted(words_of(each.text))), print=f"{hash(each)}")
        for each in show
    ]


@pytest.mark.parametrize("steps", [(1, 2, 3), (40, 41, 60), (59, 60), (60, 60), (0, 60)])
def test_what_was_worked_out_before_is_gone_on_with(steps: tuple[int, ...]) -> None:
    show = printed(made_up(60))
    known = Alike()
    for step in steps:
        kept = json.loads(json.dumps(known.to_json()))
        known = Alike.from_json(kept)
        count = len(known.ranked)
        assert known.fits(show[:step])
        assert compared(show[:step], known) is known
        assert len(known.ranked) == step >= count
        fresh = compared(show[:step])
        assert [*known.ranked] == [*fresh.ranked]
        assert json.loads(json.dumps(known.to_json())) == json.loads(json.dumps(fresh.to_json()))


def test_what_was_worked_out_of_others_is_not_used() -> None:
    show = printed(made_up(40))
    known = compared(show)
    edited = show[7]._replace(print="edited", taxonomies=())
    for other in (
        [*show[:7], edited, *show[8:]],
        show[:39],
        show[1:],
        [each._replace(print="") for each in show],
        in_order([*show, show[3]._replace(slug="e0003-again")]),
    ):
        assert not known.fits(other)
        alike = compared(other, known)
        assert alike is not known
        assert [*alike.ranked] == [*compared(other).ranked]
    unknown = compared([each._replace(print="") for each in show])
    assert not unknown.fits([each._replace(print="") for each in show])


@pytest.mark.parametrize("values", [{}, {"prints": ""}, {"prints": "a", "lengths": [], "best": []}])
def test_nonsense_is_no_memory(values: dict[str, Any]) -> None:
    empty = Alike().to_json()
    with pytest.raises((KeyError, TypeError, ValueError)):
        Alike.from_json(values if len(values) < 3 else empty | values)
