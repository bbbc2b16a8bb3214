"""The way to a cluster: its scheduler found, its workers looked at."""

from __future__ import annotations

import importlib.util
import logging
import re
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from publisher.build.executor import Executor, Place
from publisher.errors import ClusterError, UsageError
from publisher.reading.ahead import Probing
from publisher.store import address_of

if TYPE_CHECKING:
    from distributed import Client

    from publisher.cluster.tasks import Answer, Site, Task

_CONNECT_SECONDS: Final = 10.0
_WORKERS_SECONDS: Final = 30.0
_ALONE_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 2.0
_CLOSE_SECONDS: Final = 5.0
_ADDRESS: Final = re.compile(r"(tcp|tls|ws|wss)://[^\s/@]+:[0-9]{1,5}/?")
_MANY: Final = 5


@contextmanager
def connected(address: str, *, sources: str = "", endpoint: str = "") -> Iterator[Cluster]:
    """A cluster for as long as the block lasts. Whatever it still works on then is left.

    Args:
        address: the scheduler's, `tcp://host:8786` or `tls://…`.
        sources: `s3://bucket/prefix` with a copy of the show's audio, for workers that do not see its folder.
        endpoint: of the server on which that bucket is.

    Raises:
        UsageError: an address is none, or the extra is not installed.
    """
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"{address!r} is no address of a Dask scheduler", help="write tcp://host:8786, or tls://host:8786"
        )
    if sources and not sources.startswith("s3://"):
        raise UsageError(
            f"{sources!r} cannot hold the sources for a cluster",
            help="write s3://bucket/prefix; a folder that all machines see needs no option",
        )
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(
            "a cluster needs Dask, which is not installed", help="pip install 'publisher[cluster]'"
        )
    cluster = Cluster(address, sources, endpoint)
    try:
        yield cluster
    finally:
        cluster.close()


class Cluster:
    """The machines behind one scheduler; `publisher.build.executor.Elsewhere`.

    It is not asked for anything before there is work for it: a run with nothing to do needs no cluster.
    """

    def __init__(self, address: str, sources: str, endpoint: str) -> None:
        self.address = address
        self._sources, self._endpoint = sources, endpoint
        self._client: Client | None = None
        self._executor: Any = None
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._last_worker_at = 0.0

    def probing(self, root: Path) -> Probing:
        """See `publisher.build.executor.Elsewhere`."""
        from publisher.cluster.work import ClusterProbing

        return ClusterProbing(cluster=self, root=root)

    def executor(self, place: Place) -> Executor | None:
        """See `publisher.build.executor.Elsewhere`.

        Raises:
            ClusterError: the cluster cannot be used.
        """
        from publisher.cluster.work import ClusterExecutor

        address = address_of(place.store)
        if address is None:
            return None
        self.connect()
        return ClusterExecutor(self, place, *address)

    def site(self, root: Path, store: str = "", endpoint: str = "", *, resend: bool = False) -> Site:
        """What tasks for a show have to know."""
        from publisher.cluster.environment import environment
        from publisher.cluster.sources import Sources
        from publisher.cluster.tasks import Site

        sources = Sources(str(root), self._sources, self._endpoint)
        return Site(environment(), sources, store, endpoint, resend)

    def connect(self) -> None:
        """Finds the scheduler, waits for a worker, and looks at all that are there. Once is enough.

        Raises:
            ClusterError: nobody answers, no worker comes, or one is not fit.
        """
        with self._lock:
            if self._client is not None:
                return
            client = self._find()
            try:
                self._look_at_workers(client)
            except BaseException:
                client.close()
                raise
            self._client = client
            # Twice the same task is wanted twice: a lost object is made again.
            self._executor = client.get_executor(pure=False)
            self._last_worker_at = time.monotonic()

    def width(self) -> int:
        """How many tasks can run at once, as of now."""
        self.connect()
        assert self._client is not None
        threads: Mapping[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, task: Task, site: Site) -> Future[Answer]:
        """Has a task done by some worker; what its future can raise, `answer` makes an error of ours."""
        from publisher.cluster.tasks import do

        self.connect()
        try:
            future: Future[Answer] = self._executor.submit(do, task, site)
        except Exception as error:
            raise self._gone() from error
        return future

    def answer(self, future: Future[Answer], what: str) -> Any:
        """Waits for a task, and gives its value.

        Args:
            what: it was about, for people.

        Raises:
            ClusterError: it failed, or there is nobody left to do it.
        """
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        while True:
            try:
                answer = future.result(timeout=_LOOK_SECONDS)
                break
            except TimeoutError:
                self.check_alive()
            except CancelledError as error:
                raise self._gone() from error
            except KilledWorker as error:
                raise ClusterError(
                    f"{what}: {error.allowed_failures + 1} workers were lost one after the other while they "
                    "worked on it; nothing was released",
                    help="their logs may tell why; if they ran out of memory, give them more",
                ) from error
            except Exception as error:
                raise ClusterError(
                    f"{what}: a worker could not take the work: {type(error).__name__}",
                    help="see that publisher is installed on every worker, in the same version, and on the "
                    "scheduler too",
                ) from error
        if answer.trouble is not None:
            raise ClusterError(
                f"{what}: worker {answer.worker}: {answer.trouble.message}", help=answer.trouble.help
            )
        return answer.value

    def check_alive(self) -> None:
        """Sees to it that there still are workers. Any thread may call it, as often as it likes.

        Raises:
            ClusterError: the scheduler is gone, or for a minute there has been no worker.
        """
        now = time.monotonic()
        with self._lock:
            client = self._client
            if client is None:
                raise self._gone()
            if now - self._looked_at < _LOOK_SECONDS:
                return
            self._looked_at = now
        if client.status != "running":
            raise self._gone()
        try:
            workers = len(client.nthreads())
        except Exception as error:
            raise self._gone() from error
        if workers:
            self._last_worker_at = now
        elif now - self._last_worker_at > _ALONE_SECONDS:
            raise ClusterError(
                f"the cluster at {self.address} has had no worker for {_ALONE_SECONDS:.0f} seconds",
                help="start workers again, then run again: what is finished is not done again",
            )

    def close(self) -> None:
        """Leaves what is unfinished, and the cluster."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close(timeout=_CLOSE_SECONDS)

    def _find(self) -> Client:
        from distributed import Client

        # Dask writes to stderr what is said here in other words.
        for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return Client(self.address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
            secure = "" if self.address.startswith("tcp") else ", and that the certificates fit"
            raise ClusterError(
                f"no Dask scheduler answers at {self.address}",
                help=f"see that it runs and that this machine reaches it{secure}: dask scheduler",
            ) from error

    def _look_at_workers(self, client: Client) -> None:
        from publisher.cluster.environment import differences, environment
        from publisher.cluster.tasks import SAME_HELP, describe

        try:
            client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
        except TimeoutError as error:
            raise ClusterError(
                f"the cluster at {self.address} has no workers",
                help=f"start some, one for each core: dask worker {self.address} --nthreads 1",
            ) from error
        here = environment()
        wrong = []
        found: Mapping[str, Any] = client.run(describe, on_error="return")
        for address, there in sorted(found.items()):
            if isinstance(there, BaseException):
                wrong.append(f"worker {address} has no publisher that could be used")
            elif differ := differences(there, here):
                wrong.append(f"worker {there['name']} has {differ}")
        if wrong:
            more = f"; and {len(wrong) - _MANY} more" if len(wrong) > _MANY else ""
            raise ClusterError("; ".join(wrong[:_MANY]) + more, help=SAME_HELP)

    def _gone(self) -> ClusterError:
        return ClusterError(
            f"the connection to the cluster at {self.address} was lost; nothing was released",
            help="see that the scheduler runs, then run again: what is finished is not done again",
        )
