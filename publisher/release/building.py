"""Where a release is built: what the workshop needs of the store, of this machine and of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from publisher.errors import StoreError
from publisher.manifest import StoredObject
from publisher.model import Audio
from publisher.release.preparing import Prepared
from publisher.release.uploads import Uploads
from publisher.release.work import sound_folder
from publisher.store import Store

if TYPE_CHECKING:
    from publisher.build.executor import Elsewhere, Executor
    from publisher.build.workshop import Workshop

_BLOCK: Final = 1 << 20


def workshop(
    prepared: Prepared, uploads: Uploads, work: Path, elsewhere: Elsewhere | None = None
) -> Workshop:
    """Where a release is built.

    Args:
        work: a folder of its own.
        elsewhere: other machines that work on the audio.

    Raises:
        ClusterError: they cannot be used.
    """
    from publisher.build.workshop import Workshop

    store = prepared.store
    lender = prepared.lender.store if prepared.lender else store
    return Workshop(
        show=prepared.plan.show,
        root=prepared.root,
        work=work,
        sound_folder=sound_folder(prepared.root, work),
        keep=uploads.keep,
        fetch=lambda item, path: _fetch(store, item, path),
        borrow=lambda item, path: _fetch(lender, item, path),
        states=prepared.states,
        executor=_executor(prepared, uploads, work, elsewhere),
    )


def _executor(
    prepared: Prepared, uploads: Uploads, work: Path, elsewhere: Elsewhere | None
) -> Executor | None:
    """What works on the audio on other machines, where there is any to work on. What is in the address of a
    private feed is told to no other machine."""
    plan = prepared.plan
    if elsewhere is None or plan.show.private:
        return None
    if not any(isinstance(planned.audio, Audio) for planned in plan.changing):
        return None
    from publisher.build.executor import Place

    folder = sound_folder(prepared.root, work)
    place = Place(prepared.root, folder, prepared.store, uploads.has, uploads.accept, uploads.mends)
    return elsewhere.executor(place)


def unreadable(error: OSError) -> StoreError:
    place, reason = error.filename or "a file of the show", error.strerror or type(error).__name__
    return StoreError(
        f"{place} could not be used while it was being published: {reason}",
        help="nothing was released; see that nobody moves files of the show meanwhile, and run again",
    )


def _fetch(store: Store, item: StoredObject, path: Path) -> None:
    """Copies a released object to a file, and sees to it that it is the one."""
    from publisher.reading.probes import sha256_of

    with store.open(item.key) as reader, path.open("wb") as writer:
        while block := reader.read(_BLOCK):
            writer.write(block)
    if sha256_of(path) != item.digest:
        raise StoreError(
            f"{item.key} was damaged in the store: its bytes have another digest",
            help="put the episode's audio back into its folder and publish again",
        )
