"""Sound that has to be made: out of any format, once, in the form and at the loudness that the show wants."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import time
import wave
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
from numpy.typing import NDArray

from publisher.audio.chapters import read_chapters
from publisher.audio.probe import probe
from publisher.build import sounds
from publisher.errors import ShowError, StoreError
from publisher.manifest import Manifest, Released
from publisher.operations import check
from publisher.release import publish
from publisher.release.published import read_published
from publisher.store.folder import FolderStore
from tests.release.feeds import NAMESPACES, read_feed
from tests.sound.material import RATE, speech
from tests.support.shows import add_episode, edit_episode, edit_show, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHAPTERS = [{"start": 0, "title": "One"}, {"start": 2, "title": "Two"}, {"start": 4, "title": "Three"}]


def write_wav(path: Path, *, seconds: float = 6.0, level: float = 0.05, channels: int = 1) -> Path:
    samples = speech(channels=channels, seconds=seconds, level=level)
    return write_samples(path, (samples * 32_767).astype("<i2"), channels=channels)


def write_samples(path: Path, samples: NDArray[np.int16], *, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return path


def wav_show(folder: Path, *, seconds: float = 6.0, **keys: Any) -> Path:
    show = make_show(folder, episodes=[], **keys)
    episode = add_episode(show, "0001-studio", sound=None, number=1, chapters=CHAPTERS)
    write_wav(episode / "studio.wav", seconds=seconds)
    return show


def manifest(store: Path) -> Manifest:
    found = read_published(FolderStore(store)).manifest
    assert found is not None
    return found


def only(store: Path) -> Released:
    (found,) = manifest(store).episodes
    return found


def frames(store: Path, released: Released) -> bytes:
    """The released MP3 without its tags."""
    data = (store / released.enclosure.object.key).read_bytes()
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte
    return data[10 + size :]


def go(show: Path, store: Path) -> bool:
    return publish(show, to=str(store), now=NOW).released


def test_a_wav_goes_out_as_an_mp3_with_tags_and_chapters(tmp_path: Path) -> None:
    show, store = wav_show(tmp_path / "show"), tmp_path / "public"
    before = (show / "0001-studio" / "studio.wav").read_bytes()
    assert go(show, store)
    found = only(store)
    path = store / found.enclosure.object.key
    assert path.suffix == ".mp3"
    assert found.enclosure.object.type == "audio/mpeg"
    probed = probe(path)
    assert (probed.codec, probed.channels, probed.findings) == ("mp3", 1, ())
    assert probed.duration_seconds == pytest.approx(6.0, abs=0.06)
    assert found.enclosure.duration_seconds == pytest.approx(6.0, abs=0.001)
    assert [chapter.title for chapter in read_chapters(path, "audio/mpeg").chapters] == [
        "One",
        "Two",
        "Three",
    ]
    assert str(mutagen.File(path).tags["TIT2"]) == "About 0001-studio"
    made = found.enclosure.made
    assert made["target_lufs"] == -19.0
    assert made["loudness_out_lufs"] == pytest.approx(-19.0, abs=0.5)
    assert made["true_peak_out_dbtp"] <= -1.0
    assert (show / "0001-studio" / "studio.wav").read_bytes() == before
    assert not go(show, store)


def test_what_was_encoded_is_removed_and_what_was_measured_stays(tmp_path: Path) -> None:
    show, store = wav_show(tmp_path / "show"), tmp_path / "public"
    assert go(show, store)
    kept = [path.name for path in (show / ".publisher" / "sound").iterdir()]
    assert len(kept) == 1
    assert kept[0].endswith(".measured.json")


def test_a_new_title_is_no_reason_to_encode_again(tmp_path: Path) -> None:
    """Not even to another form: the sound that is out stays, bit for bit, under new tags."""
    show, store = wav_show(tmp_path / "show"), tmp_path / "public"
    assert go(show, store)
    before = only(store)
    edit_episode(show, "0001-studio", title="Another title")
    edit_show(show, audio={"format": "opus", "loudness": -14})
    assert go(show, store)
    after = only(store)
    assert after.enclosure.object.key != before.enclosure.object.key
    assert after.enclosure.made == before.enclosure.made
    assert frames(store, before) == frames(store, after)
    assert str(mutagen.File(store / after.enclosure.object.key).tags["TIT2"]) == "Another title"
    # Without the source it is the same.
    (show / "0001-studio" / "studio.wav").unlink()
    assert not go(show, store)


def test_new_audio_takes_the_form_that_is_wanted_now(tmp_path: Path) -> None:
    show, store = wav_show(tmp_path / "show"), tmp_path / "public"
    assert go(show, store)
    edit_show(show, audio={"format": "opus", "bitrate": 24})
    write_wav(show / "0001-studio" / "studio.wav", level=0.02)
    assert go(show, store)
    enclosure = only(store).enclosure
    assert (enclosure.object.type, enclosure.made["codec"]) == ("audio/ogg", "opus")
    chapters = read_chapters(store / enclosure.object.key, "audio/ogg")
    assert [chapter.title for chapter in chapters.chapters] == ["One", "Two", "Three"]


def test_further_forms_are_added_to_what_is_out(tmp_path: Path) -> None:
    show, store = wav_show(tmp_path / "show"), tmp_path / "public"
    assert go(show, store)
    before = only(store)
    edit_show(show, audio={"alternates": [{"format": "opus", "bitrate": 24}, {"format": "m4a"}]})
    assert go(show, store)
    after = only(store)
    assert after.enclosure == before.enclosure
    forms = {role for role in after.objects if role.startswith("form:")}
    assert forms == {"form:opus:24", "form:m4a:48"}
    (item,) = read_feed(store).items
    told = item.findall("podcast:alternateEnclosure", NAMESPACES)
    assert [one.get("type") for one in told] == ["audio/mpeg", "audio/mp4", "audio/ogg"]
    assert all(one.find("podcast:integrity", NAMESPACES) is not None for one in told)
    for one in told[1:]:
        source = one.find("podcast:source", NAMESPACES)
        assert source is not None
        path = store / str(source.get("uri")).split("/", 3)[3]
        assert path.stat().st_size == int(str(one.get("length")))
        assert len(read_chapters(path, str(one.get("type"))).chapters) == 3
    # They stay where the source goes, and go where nobody wants them.
    shutil.move(show / "0001-studio" / "studio.wav", tmp_path / "studio.wav")
    assert not go(show, store)
    shutil.move(tmp_path / "studio.wav", show / "0001-studio" / "studio.wav")
    edit_show(show, audio={})
    assert go(show, store)
    assert not [role for role in only(store).objects if role.startswith("form:")]


def test_an_mp3_that_fits_is_never_encoded(tmp_path: Path) -> None:
    show, store = make_show(tmp_path / "show", audio={"bitrate": 320, "loudness": -20.1}), tmp_path / "public"
    assert go(show, store)
    assert only(store).enclosure.made == {}


def test_one_that_is_too_quiet_is(tmp_path: Path) -> None:
    show, store = make_show(tmp_path / "show", audio={"loudness": -14}), tmp_path / "public"
    assert go(show, store)
    assert only(store).enclosure.made["gain_db"] > 3


def test_the_outline_of_the_sound_goes_out(tmp_path: Path) -> None:
    show, store = wav_show(tmp_path / "show"), tmp_path / "public"
    assert go(show, store)
    objects = only(store).objects
    assert (store / objects["peaks"].key).read_bytes().startswith(b'{"version":2,')
    assert (store / objects["waveform"].key).read_bytes().startswith(b"<svg")


def test_a_loudness_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    """Clicks in silence: they would have to be louder than full scale."""
    show = make_show(tmp_path / "show", episodes=[])
    folder = add_episode(show, "0001-clicks", sound=None)
    sound = np.zeros(20 * RATE, dtype=np.int16)
    sound[:: RATE // 2] = 32_000
    write_samples(folder / "studio.wav", sound)
    outcome = publish(show, to=str(tmp_path / "public"), now=NOW)
    (notice,) = [notice for notice in outcome.notices if "LUFS" in notice]
    assert notice.startswith("0001-clicks: the audio has -")
    assert "as near as it comes to -19 LUFS" in notice
    again = publish(show, to=str(tmp_path / "public"), now=NOW)
    assert not [notice for notice in again.notices if "LUFS" in notice], "it is said once"


def test_silence_does_not_go_out(tmp_path: Path) -> None:
    show, store = wav_show(tmp_path / "show"), tmp_path / "public"
    write_wav(show / "0001-studio" / "studio.wav", level=0.0)
    with pytest.raises(ShowError) as caught:
        go(show, store)
    assert [problem.rule for problem in caught.value.problems if problem.is_error] == ["sound-silent"]
    assert not (store / "feed.xml").exists()
    found = check(show, to=str(store), now=NOW, listen=True)
    assert [problem.rule for problem in found if problem.is_error] == ["sound-silent"]


def test_audio_that_changes_while_it_is_encoded_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, store = wav_show(tmp_path / "show"), tmp_path / "public"
    prepare = sounds.prepare

    def growing(*arguments: Any, **keys: Any) -> Any:
        with (show / "0001-studio" / "studio.wav").open("ab") as file:
            file.write(b"\0\0")
        return prepare(*arguments, **keys)

    monkeypatch.setattr("publisher.release.assemble.prepare", growing)
    with pytest.raises(StoreError, match="changed while it was being published"):
        go(show, store)
    assert not (store / "feed.xml").exists()
    monkeypatch.undo()
    assert go(show, store)


def _publish(show: Path, store: Path) -> None:
    # A shell without a terminal has what it starts in the background ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    publish(show, to=str(store), now=NOW)


def long_show(folder: Path) -> Path:
    """More sound than is made without processes: 20 minutes of a hum, in two episodes."""
    show = make_show(folder, episodes=[])
    hum = (np.sin(np.arange(RATE) * 2 * np.pi * 220 / RATE) * 3000).astype("<i2")
    for number in (1, 2):
        episode = add_episode(show, f"000{number}-long", sound=None, number=number)
        write_samples(episode / "studio.wav", np.tile(hum, 600 + number))
    return show


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_leaves_no_process_and_the_next_goes_on(
    tmp_path: Path, how: signal.Signals
) -> None:
    show, store = long_show(tmp_path / "show"), tmp_path / "public"
    made = show / ".publisher" / "sound"
    spawn = multiprocessing.get_context("spawn")
    run = spawn.Process(target=_publish, args=(show, store))
    run.start()
    deadline = time.monotonic() + 120
    while len(list(made.glob("*.measured.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    workers = _children(run.pid)
    assert workers
    os.kill(run.pid or 0, how)
    run.join(30)
    assert run.exitcode not in (None, 0)
    deadline = time.monotonic() + 30
    while any(_runs(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_runs(pid) for pid in workers)
    assert not (store / "feed.xml").exists()
    measured = {path.name: path.stat().st_mtime_ns for path in made.glob("*.measured.json")}
    assert go(show, store)
    assert {path.name: path.stat().st_mtime_ns for path in made.iterdir()} == measured
    assert len(manifest(store).episodes) == 2


def _children(pid: int | None) -> list[int]:
    """The workers among a process's children; multiprocessing keeps one of its own for clearing up."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [
        int(child)
        for child in text.split()
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_the_progress_is_true(tmp_path: Path) -> None:
    show = long_show(tmp_path / "show")
    from publisher.build.sounds import Order, prepare
    from publisher.reading.load import load_show

    loaded = load_show(show)
    assert loaded.show is not None
    orders = {episode.slug: Order(episode.audio) for episode in loaded.show.episodes if episode.audio}
    told: list[tuple[float, float]] = []
    found = prepare(
        orders, root=show, folder=tmp_path / "sound", watch=lambda done, total: told.append((done, total))
    )
    assert {slug: sound.main for slug, sound in found.items()} == {"0001-long": None, "0002-long": None}
    assert told[-1] == (1203.0, 1203.0)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert {total for _, total in told} == {1203.0}
