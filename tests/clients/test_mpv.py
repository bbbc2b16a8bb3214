"""mpv plays the enclosures from their addresses: tags, chapters, and a jump by a byte range."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.clients.stand import Stand, artists, chapters
from tests.support.relay import Relay, relaying
from tests.support.require import require_program
from tests.support.sample import plain_environment

# FFmpeg shows the chapters of an MP3 later by the encoder's delay.
_CHAPTER_SECONDS = 0.030
_MARK = "told "


def _play(relay: Relay, home: Path, url: str, wanted: dict[str, str], *options: str) -> dict[str, str]:
    """Plays to the end, and gives what mpv says of each property once it has opened the file."""
    lines = "\n".join(f"{_MARK}{name}=${{{shown}}}" for name, shown in wanted.items())
    done = subprocess.run(
        [
            require_program("mpv"), "--no-config", "--vo=null", "--ao=null", "--untimed", "--no-video",
            "--term-status-msg=", f"--term-playing-msg={lines}", *options, url,
        ],
        env=plain_environment(home, {"http_proxy": relay.url}), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "End of file" in done.stdout
    told = [line.removeprefix(_MARK) for line in done.stdout.splitlines() if line.startswith(_MARK)]
    return {name: value for name, _, value in (line.partition("=") for line in told)}


def test_it_plays_every_episode_and_shows_tags_and_chapters(either: Stand, tmp_path: Path) -> None:
    with relaying() as relay:
        for episode in either.episodes:
            expected = chapters(episode)
            wanted = {
                "title": "media-title",
                "album": "metadata/by-key/album",
                "artist": "metadata/by-key/artist",
                "genre": "metadata/by-key/genre",
                "seekable": "seekable",
                "duration": "=duration",
                "chapters": "=chapter-list/count",
            }
            for place in range(len(expected)):
                wanted[f"title {place}"] = f"chapter-list/{place}/title"
                wanted[f"start {place}"] = f"=chapter-list/{place}/time"
            file = either.enclosure(episode.slug)
            told = _play(relay, tmp_path, either.at(f"media/{file.name}"), wanted, "--start=-0.2")
            assert episode.audio is not None
            assert told["title"] == episode.title
            assert told["album"] == either.show.title
            assert told["artist"].split(" / ")[0] == artists(either.show, episode)[0]
            assert told["genre"] == "Podcast"
            assert told["seekable"] == "yes"
            assert float(told["duration"]) == pytest.approx(episode.audio.duration_seconds, abs=0.1)
            assert int(told["chapters"]) == len(expected)
            for place, chapter in enumerate(expected):
                assert told[f"title {place}"] == chapter.title
                start = float(told[f"start {place}"])
                assert start == pytest.approx(chapter.start_seconds, abs=_CHAPTER_SECONDS)
        assert [exchange for exchange in relay.exchanges if exchange.status >= 400] == []


# In an M4A it finds the place by the index. In an MP3 FFmpeg reads on from where it is, to be exact to the
# frame, unless it is told to be quick: then the table in the first frame (Xing, Info) gives the place. It has
# to be right for the file as it was released.
@pytest.mark.parametrize(
    ("slug", "options"),
    [
        ("0001-hvordan-finner-en-podkast-fram", ["--demuxer-lavf-o=fflags=+fastseek"]),
        ("0003-hvorfor-glemmer-vi", ["--demuxer-lavf-o=fflags=+fastseek"]),
        ("0002-hva-husker-en-fjord", []),
    ],
)
def test_it_jumps_to_the_last_second_by_a_byte_range(
    stand: Stand, tmp_path: Path, slug: str, options: list[str]
) -> None:
    episode, file = stand.episode(slug), stand.enclosure(slug)
    assert episode.audio is not None
    last = episode.audio.duration_seconds - 1
    with relaying(bytes_per_second=1_000_000) as relay:
        told = _play(
            relay, tmp_path, stand.at(f"media/{file.name}"), {"chapter": "=chapter", "time": "=time-pos"},
            f"--start={last}", "--cache=no",
            "--stream-buffer-size=4k", "--stream-lavf-o=recv_buffer_size=4096", *options,
        )  # fmt: skip
    assert int(told["chapter"]) == len(chapters(episode)) - 1
    assert float(told["time"]) == pytest.approx(last, abs=1)
    assert {exchange.status for exchange in relay.exchanges} == {206}
    asked = [one.asked["range"].removeprefix("bytes=").partition("-")[0] for one in relay.exchanges]
    assert max(map(int, asked)) > file.stat().st_size * 0.9
