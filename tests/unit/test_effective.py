"""What holds for an episode once the show's defaults are counted in."""

from __future__ import annotations

from publisher import effective
from publisher.model import Episode, Owner, Person, Show

HOST, GUEST, OTHER = Person("Ada"), Person("Bo", url="https://bo.example"), Person("Cy", role="editor")


def make(show_keys: dict[str, object] | None = None, **keys: object) -> tuple[Show, Episode]:
    show = Show("show", "Show", "About", "en", **(show_keys or {}))  # type: ignore[arg-type]
    return show, Episode("a", "A", **keys)  # type: ignore[arg-type]


def test_the_shows_hosts_are_an_episodes_hosts_unless_it_names_its_own() -> None:
    assert effective.hosts(*make({"hosts": (HOST,)})) == (HOST,)
    assert effective.hosts(*make({"hosts": (HOST,)}, hosts=(OTHER,))) == (OTHER,)
    assert effective.hosts(*make({"hosts": (HOST,)}, hosts=())) == ()


def test_people_are_hosts_then_guests_then_others_each_with_a_role() -> None:
    people = effective.people(*make({"hosts": (HOST,)}, guests=(GUEST,), people=(OTHER,)))
    assert [(person.name, person.role) for person in people] == [
        ("Ada", "host"),
        ("Bo", "guest"),
        ("Cy", "editor"),
    ]


def test_nobody_is_named_twice() -> None:
    show, episode = make({"hosts": (HOST,)}, people=(Person("Ada", role="host"),), guests=(Person("Ada"),))
    assert [person.role for person in effective.people(show, episode)] == ["host", "guest"]
    assert effective.artists(show, episode) == ("Ada",)


def test_artists_fall_back_on_the_author() -> None:
    assert effective.artists(*make({"hosts": (HOST,)}, guests=(GUEST,))) == ("Ada", "Bo")
    assert effective.artists(*make({"author": "House"})) == ("House",)
    assert effective.artists(*make()) == ()


def test_author_goes_from_the_episode_outward() -> None:
    show = {"author": "House", "hosts": (HOST,), "owner": Owner("Owner")}
    assert effective.author(*make(show, author="Own")) == "Own"
    assert effective.author(*make(show, hosts=(OTHER,))) == "House"
    assert effective.author(*make({"hosts": (HOST,)}, hosts=(OTHER,))) == "Cy"
    assert effective.author(*make({"hosts": (HOST, GUEST)})) == "Ada, Bo"
    assert effective.author(*make({"owner": Owner("Owner")})) == "Owner"
    assert effective.author(*make()) == ""


def test_explicit_is_the_shows_unless_said() -> None:
    assert effective.explicit(*make({"explicit": True})) is True
    assert effective.explicit(*make({"explicit": True}, explicit=False)) is False
    assert effective.explicit(*make(explicit=True)) is True


def test_licence_is_the_shows_unless_said() -> None:
    assert effective.license(*make({"license": "CC-BY-4.0"})) == "CC-BY-4.0"
    assert effective.license(*make({"license": "CC-BY-4.0"}, license="CC0-1.0")) == "CC0-1.0"


def test_block_is_an_episodes_own() -> None:
    assert effective.block(*make({"block": True})) is False  # the channel's element blocks all of it
    assert effective.block(*make(block=True)) is True


def test_summary_is_the_notes_first_paragraph_unless_given() -> None:
    assert effective.summary(make(notes="# Head\n\nThe *first*.\n\nSecond.")[1]) == "The first."
    assert effective.summary(make(notes="The first.", summary="Given.")[1]) == "Given."
    assert effective.summary(make()[1]) == ""
