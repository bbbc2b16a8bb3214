"""Walking the frames of an MP3 file: the one exact way to its duration, and to what is broken in it.

The file is read in blocks, so that memory does not grow with it; every search has a bound, so that hostile
bytes cost seconds at most.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from publisher.audio.findings import COPY_AGAIN, EXPORT_AGAIN, Finding, clock, error, warning
from publisher.audio.mp3.frames import (
    CANDIDATE,
    KINDS,
    LENGTHS,
    LOOK_AHEAD,
    FrameKind,
    header_frames,
    key_at,
    run,
)
from publisher.audio.mp3.outer_tags import TooManyTags, leading_end, read_at, tag_length, trailing_start

_BLOCK = 1 << 20
_FIRST_BLOCK = 1 << 14
_CHAIN = 3
"""So many frames in a row are no accident."""
_NEAR = 8192
"""Bytes that hold a chain of frames, whatever the bitrate."""
_MAX_TRIED = 100_000
"""So many false starts are enough: what goes on like this is no MP3, and must not cost minutes."""
_MAX_BREAKS = 10_000
_MAX_FREE_TRIES = 16
_QUIET_ZEROS = 4096
"""Zeros up to this length are a tag's padding, not damage."""


@dataclass(frozen=True, slots=True)
class Mp3:
    """What the frames say.

    Attributes:
        start, end: the audio region in the file: first frame to where trailing tags begin. Header frames
            (Xing, Info, VBRI) and tags between joined parts lie within.
        frames: whole frames of sound.
        duration_seconds: of those frames.
        bitrate: their mean, in bits per second.
        vbr: whether they differ in bitrate.
        sample_rate, channels: of the first frame; 0 without one.
    """

    start: int
    end: int
    frames: int = 0
    duration_seconds: float = 0.0
    bitrate: int = 0
    vbr: bool = False
    sample_rate: int = 0
    channels: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Walk:
    """What has been met so far between `start` and `end`.

    `lengths` is the table of the stream that is being walked, `free_lengths` what was learned of free
    format; `gaps` holds (from, to, only zeros); `missing_bytes` is what the last frame lacks.
    """

    start: int
    end: int
    counts: dict[int, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    lengths: dict[int, int] = field(default_factory=dict)
    free_lengths: dict[int, int] = field(default_factory=dict)
    gaps: list[tuple[int, int, bool]] = field(default_factory=list)
    claimed_frames: int = 0
    missing_bytes: int = 0
    breaks: int = 0
    tried: int = 0


def audio_region(file: BinaryIO, size: int) -> tuple[int, int]:
    """The audio region [start, end) of an MP3 file of `size` bytes, without walking all of it.

    It begins at the first frame behind the leading tags, and ends where the trailing tags begin. Without
    any frame it is what lies between the tags.

    Raises:
        TooManyTags: the tags have no end.
    """
    start = min(leading_end(file, size), size)
    end = trailing_start(file, start, size)
    first = _next_frame(file, _Walk(start, end), start)
    return (start if first is None else first), end


def walk(path: Path) -> Mp3:
    """Walks all frames of the file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return walk_file(file, path.stat().st_size)


def walk_file(file: BinaryIO, size: int) -> Mp3:
    """As `walk`, for an open file of `size` bytes."""
    if size == 0:
        return Mp3(0, 0, findings=(error("audio-empty", "the audio file is empty (0 bytes)"),))
    try:
        tags_end = leading_end(file, size)
        end = trailing_start(file, tags_end, size)
    except TooManyTags as cause:
        return Mp3(0, 0, findings=(error("audio-unreadable", f"the file is no MP3: {cause}", EXPORT_AGAIN),))
    if tags_end > size:
        message = f"the tag at its start claims {tags_end:,} bytes, but the file ends after {size:,}"
        return Mp3(size, size, findings=(error("audio-cut-off", message, COPY_AGAIN),))
    state = _Walk(tags_end, end)
    first = _next_frame(file, state, tags_end)
    if first is None:
        return Mp3(tags_end, end, findings=(_no_frames(tags_end, end),))
    _note_gap(file, state, tags_end, first)
    state.start = first
    head = read_at(file, first, 4)
    _walk_all(file, state, first)
    return _summary(state, KINDS[key_at(head, 0)].sample_rate, 1 if head[3] >> 6 == 3 else 2)


def _no_frames(start: int, end: int) -> Finding:
    if end <= start:
        return error("audio-empty", "the file holds tags, but no sound")
    return error("audio-not-audio", "this is no MP3: not one run of MPEG Layer III frames was found in it")


def _walk_all(file: BinaryIO, state: _Walk, position: int) -> None:
    _enter(file, state, position)
    want = _FIRST_BLOCK
    last_key = 0
    while position < state.end:
        block = read_at(file, position, min(want, state.end - position))
        is_last = position + len(block) >= state.end
        stop = len(block) - (4 if is_last else LOOK_AHEAD)
        at, last_key = _walk_block(block, stop, state)
        position += at
        if at > stop:
            if is_last or not block:
                break
            want = min(2 * want, _BLOCK)
        else:
            position = _after_break(file, state, position)
            last_key, want = 0, _FIRST_BLOCK
    _judge_end(file, state, position, last_key)


def _walk_block(block: bytes, stop: int, state: _Walk) -> tuple[int, int]:
    """Counts the frames of a block; a header frame (Xing, Info, VBRI) is no sound."""
    headers = header_frames(block)
    if not headers:
        return run(block, stop, state.lengths, state.counts)
    at = key = 0
    while at <= stop:
        key = key_at(block, at)
        if key not in state.lengths:
            break
        if at in headers:
            state.claimed_frames += headers[at]
        else:
            state.counts[key] += 1
        at += state.lengths[key]
    return at, key


def _judge_end(file: BinaryIO, state: _Walk, position: int, last_key: int) -> None:
    """A last frame that reaches beyond the end was counted, and is no whole frame."""
    if position > state.end:
        state.missing_bytes = position - state.end
        if state.counts.get(last_key):
            state.counts[last_key] -= 1
    elif read_at(file, position, 1 if position < state.end else 0) == b"\xff":
        state.missing_bytes = 1


def _after_break(file: BinaryIO, state: _Walk, position: int) -> int:
    """At `position` no frame of the same stream starts: skips a tag, or what else stands there."""
    state.breaks += 1
    if state.breaks > _MAX_BREAKS:
        _note_gap(file, state, position, state.end)
        return state.end
    length = tag_length(read_at(file, position, 32))
    if length and position + length <= state.end:
        position += length
        if _is_frame(file, state, position):
            _enter(file, state, position)
        return position
    if _is_frame(file, state, position):
        _enter(file, state, position)
        return position
    found = _next_frame(file, state, position + 1)
    _note_gap(file, state, position, state.end if found is None else found)
    if found is None:
        return state.end
    _enter(file, state, found)
    return found


def _enter(file: BinaryIO, state: _Walk, position: int) -> None:
    """Takes up the stream whose frame stands at `position`."""
    stream = KINDS[key_at(read_at(file, position, 4), 0)].stream
    state.lengths = _lengths(state, stream)


def _lengths(state: _Walk, stream: tuple[int, int]) -> dict[int, int]:
    free = {key: length for key, length in state.free_lengths.items() if KINDS[key].stream == stream}
    return LENGTHS[stream] | free if free else LENGTHS[stream]


def _next_frame(file: BinaryIO, state: _Walk, position: int) -> int | None:
    """Where the next run of frames starts, from `position` on."""
    want = _FIRST_BLOCK
    while position < state.end:
        block = read_at(file, position, min(want, state.end - position))
        want = min(2 * want, _BLOCK)
        for match in (
            CANDIDATE.finditer(block) if b"\xff" in block else ()
        ):  # zeros are passed ten times faster
            state.tried += 1
            if state.tried > _MAX_TRIED:
                return None
            if _is_frame(file, state, position + match.start(), block[match.start() : match.start() + _NEAR]):
                return position + match.start()
        if position + len(block) >= state.end or len(block) < 4:
            return None
        position += len(block) - 3
    return None


def _is_frame(file: BinaryIO, state: _Walk, position: int, near: bytes = b"") -> bool:
    """Whether a run of frames starts at `position`; `near` holds the bytes there, if they are known."""
    want = min(_NEAR, state.end - position)
    if len(near) < want:
        near = read_at(file, position, want)
    kind = KINDS.get(key_at(near, 0)) if len(near) >= 4 else None
    if kind is None or not (kind.length_bytes or _learn_free_format(state, near)):
        return False
    lengths = _lengths(state, kind.stream)
    at = frames = 0
    while frames < _CHAIN:
        if at + 4 > len(near):
            return at == len(near) or frames > 1
        length = lengths.get(key_at(near, at))
        if length is None:
            return bool(frames and tag_length(near[at : at + 32]))
        at += length
        frames += 1
    return True


def _learn_free_format(state: _Walk, near: bytes) -> bool:
    """Free format states no bitrate: the distance from header to header is the frame's length."""
    key = key_at(near, 0)
    if key in state.free_lengths:
        return True
    plain = key & ~1
    second = 0
    for _ in range(_MAX_FREE_TRIES):
        second = near.find(near[:2], second + 24)
        if not 0 <= second <= len(near) - 4:
            return False
        length = second - (key & 1)
        third = second + length + (key_at(near, second) & 1)
        is_second = key_at(near, second) & ~1 == plain
        if is_second and third + 4 <= len(near) and key_at(near, third) & ~1 == plain:
            state.free_lengths |= {plain: length, plain | 1: length + 1}
            return True
    return False


def _note_gap(file: BinaryIO, state: _Walk, start: int, end: int) -> None:
    if end <= start:
        return
    only_zeros, position = True, start
    while only_zeros and position < end:
        block = read_at(file, position, min(_BLOCK, end - position))
        only_zeros = bool(block) and not block.strip(b"\0")
        position += len(block)
    state.gaps.append((start, end, only_zeros))


def _summary(state: _Walk, sample_rate: int, channels: int) -> Mp3:
    met = [(KINDS[key], count) for key, count in state.counts.items() if count]
    frames = sum(count for _, count in met)
    duration = sum(count * kind.samples / kind.sample_rate for kind, count in met)
    sound_bytes = sum(
        count * (KINDS[key].length_bytes or state.free_lengths.get(key, 0))
        for key, count in state.counts.items()
        if count
    )
    return Mp3(
        start=state.start,
        end=state.end,
        frames=frames,
        duration_seconds=duration,
        bitrate=round(sound_bytes * 8 / duration) if duration else 0,
        vbr=len({(kind.version, kind.kbits) for kind, _ in met}) > 1,
        sample_rate=sample_rate,
        channels=channels,
        findings=tuple(_findings(state, {kind for kind, _ in met}, frames, duration)),
    )


def _findings(state: _Walk, kinds: set[FrameKind], frames: int, duration: float) -> list[Finding]:
    if not frames:
        return [error("audio-empty", "the file holds a header frame, but no sound")]
    found = _cut_off(state, frames, duration) + _junk(state)
    if any(not kind.kbits for kind in kinds):
        message = "the MP3 is in free format (its frames state no bitrate), which most players cannot play"
        found.append(error("audio-codec", message))
    if len({kind.stream for kind in kinds}) > 1:
        rates = " and ".join(f"{rate:,} Hz" for rate in sorted({kind.sample_rate for kind in kinds}))
        message = f"the sample rate changes in the middle ({rates}), at which players stumble"
        found.append(warning("audio-codec", message, "join the parts in your editor and export them as one"))
    return found


def _cut_off(state: _Walk, frames: int, duration: float) -> list[Finding]:
    claimed = state.claimed_frames
    zeros_at_end = sum(end - start for start, end, zeros in state.gaps if zeros and end == state.end)
    if claimed - frames > max(3, frames // 100):
        message = (
            f"the audio is cut off after {clock(duration)}: its header tells of {claimed:,} frames "
            f"({clock(duration * claimed / frames)}), but only {frames:,} are there"
        )
        return [error("audio-cut-off", message, COPY_AGAIN)]
    if zeros_at_end > _QUIET_ZEROS:
        message = f"the sound stops after {clock(duration)}; the last {zeros_at_end:,} bytes are only zeros"
        return [error("audio-cut-off", message, COPY_AGAIN)]
    if state.missing_bytes and claimed:
        return [warning("audio-cut-off", "the last frame is incomplete, though nothing else is missing")]
    if state.missing_bytes:
        message = f"the audio is cut off in the middle of a frame, after {clock(duration)}"
        return [error("audio-cut-off", message, COPY_AGAIN)]
    return []


def _junk(state: _Walk) -> list[Finding]:
    gaps = [
        (start, end)
        for start, end, zeros in state.gaps
        if not (zeros and (end - start <= _QUIET_ZEROS or end == state.end))
    ]
    if not gaps:
        return []
    total = sum(end - start for start, end in gaps)
    places = "in one place" if len(gaps) == 1 else f"in {len(gaps):,} places"
    message = (
        f"{total:,} bytes that are no sound stand among the frames, {places} (first at byte {gaps[0][0]:,})"
    )
    if total > (state.end - state.start) // 2:
        return [error("audio-junk", message + "; that is more than half of the file")]
    return [warning("audio-junk", message, "players may skip or click there; " + COPY_AGAIN)]
