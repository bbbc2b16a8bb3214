"""From a show to a diagnosis: the questions in their order, and what is set in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from publisher.diagnosing.folders import ask_folder, stand_in
from publisher.diagnosing.objects import Objects
from publisher.diagnosing.probe import Findings, Probe, Question
from publisher.diagnosing.public import QUESTIONS, PublicAddress
from publisher.diagnosing.remedies import Remedy, remedies
from publisher.diagnosing.storing import ask_any, ask_reached, ask_s3
from publisher.errors import PublisherError, ShowError, StoreError, UsageError
from publisher.reading.accept import base_address
from publisher.reading.load import load_show
from publisher.release.preparing import store_of
from publisher.release.published import read_published
from publisher.store import Store, without_patience
from publisher.store.folder import FolderStore
from publisher.store.s3 import S3Store

_ADDRESS: Final = Question(
    "public address",
    "Apps reach the show under it.",
    "add url: https://… to podcast.yaml, or give --url",
    needed=False,
)
_REMOVED: Final = Question(
    "nothing left behind",
    "What a doctor wrote is nobody's.",
    "delete by hand what is named here",
    needed=False,
)
_SETTLED_SECONDS: Final = 15.0
_BETWEEN_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a store can do.

    Attributes:
        url: the public address that was asked, empty for none.
        probes: in the order in which they were made.
        remedies: what is still to be set in the bucket.
        changed: what was set, a sentence each.
    """

    store_name: str
    url: str
    probes: tuple[Probe, ...]
    remedies: tuple[Remedy, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether everything needed is there."""
        return not any(probe.is_in_the_way for probe in self.probes)

    def as_json(self) -> dict[str, Any]:
        return {
            "store": self.store_name,
            "url": self.url,
            "well": self.is_well,
            "probes": [probe.as_json() for probe in self.probes],
            "remedies": [remedy.as_json() for remedy in self.remedies],
            "changed": list(self.changed),
        }


def diagnose(
    folder: Path | str, *, to: str, endpoint: str, url: str, fix: bool, say: Callable[[str], None]
) -> Diagnosis:
    """As `publisher.diagnosing.doctor` says."""
    loaded = load_show(folder)
    if loaded.show is None and not to:
        raise ShowError(loaded.problems)
    store = store_of(loaded, to=to, endpoint=endpoint)
    address = _address(url) or (loaded.show.url if loaded.show else "")
    return _Visit(store, address, say).make(fix=fix)


class _Visit:
    def __init__(self, store: Store, url: str, say: Callable[[str], None]) -> None:
        self._store = store
        self._bare = without_patience(store)
        self._url = url
        self._say = say
        self._own = Objects()
        self._findings = Findings()
        self._remedies: tuple[Remedy, ...] = ()
        self._changed: list[str] = []
        self._tried: set[str] = set()

    def make(self, *, fix: bool) -> Diagnosis:
        if isinstance(self._bare, FolderStore):
            with stand_in(self._bare) as folder, self._own.removed_afterwards(folder):
                can_write = ask_folder(self._findings, folder, self._bare, self._own)
                self._ask_public(can_write and folder is self._bare, fix=fix)
        elif isinstance(self._bare, S3Store):
            self._ask_bucket(self._bare, fix=fix)
        else:
            with self._own.removed_afterwards(self._store):
                can_write = ask_any(self._findings, self._store, self._own)
                self._ask_public(can_write, fix=fix)
        if self._own.left:
            self._findings.ask(_REMOVED, self._what_is_left)
        return Diagnosis(
            self._store.name, self._url, tuple(self._findings.probes), self._remedies, tuple(self._changed)
        )

    def _ask_bucket(self, bare: S3Store, *, fix: bool) -> None:
        contact = bare.bucket.contact()
        if not ask_reached(self._findings, self._store, contact):
            self._ask_public(False, fix=fix)
            return
        with self._own.removed_afterwards(self._store):
            can_write = ask_s3(self._findings, self._store, bare, contact, self._own)
            self._ask_public(can_write, fix=fix)

    def _what_is_left(self) -> str:
        raise StoreError(f"could not be removed: {', '.join(self._own.left)}", help=_REMOVED.mend)

    def _ask_public(self, can_read: bool, *, fix: bool) -> None:
        if not self._url and can_read:
            self._url = _published_address(self._store)
        if not self._url:
            self._findings.leave((_ADDRESS,), f"not known, so not asked: {_ADDRESS.mend}")
            return
        if not can_read:
            self._findings.leave(QUESTIONS, "not tried: nothing stands there to be read")
            return
        probes = self._public_probes()
        bucket = self._bare.bucket if isinstance(self._bare, S3Store) else None
        if bucket is not None:
            self._remedies = remedies(bucket, probes)
            # Opening the bucket shows what else is missing, so that there may be a second round.
            while fix and self._set_all():
                probes = self._settled_probes()
                self._remedies = remedies(bucket, probes)
        self._findings.probes += probes

    def _public_probes(self) -> list[Probe]:
        findings = Findings()
        prefix = self._bare.bucket.prefix if isinstance(self._bare, S3Store) else ""
        PublicAddress(self._url, prefix, self._own).ask_all(findings)
        return findings.probes

    def _set_all(self) -> bool:
        """Sets what has not been tried yet. Returns whether anything was set."""
        any_set = False
        for remedy in self._remedies:
            if remedy.kind in self._tried:
                continue
            self._tried.add(remedy.kind)
            if remedy.hindrance:
                self._say(f"the {remedy.kind} is left as it is: {remedy.hindrance}")
                continue
            self._say(f"setting the bucket's {remedy.kind}: it {remedy.says}")
            try:
                remedy.set()
            except PublisherError as error:
                self._say(f"that was refused: {error.message}")
                if remedy.kind == "policy":
                    self._say("Amazon refuses it while Block Public Access is switched on for the bucket")
                continue
            self._changed.append(remedy.says)
            any_set = True
        return any_set

    def _settled_probes(self) -> list[Probe]:
        """Asks until what was set shows, for large stores take some seconds over it."""
        bucket = self._bare.bucket if isinstance(self._bare, S3Store) else None
        deadline = time.monotonic() + _SETTLED_SECONDS
        while True:
            probes = self._public_probes()
            left = remedies(bucket, probes) if bucket else ()
            if not any(remedy.says in self._changed for remedy in left) or time.monotonic() > deadline:
                return probes
            time.sleep(_BETWEEN_SECONDS)


def _address(url: str) -> str:
    if not url:
        return ""
    try:
        return base_address(url)
    except ValueError as error:
        message, help = (*error.args, "")[:2]
        raise UsageError(f"{url!r} cannot be the public address: {message}", help=help) from error


def _published_address(store: Store) -> str:
    try:
        published = read_published(store)
    except StoreError:
        return ""
    return published.manifest.url if published.manifest else ""
