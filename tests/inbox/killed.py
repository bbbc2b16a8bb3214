"""One look in a process of its own, which kills itself right before its Nth change of the disk.

`killed.py SHOW INBOX N` prints the number of changes and ends, where there are fewer.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# What changes a disk, as Python tells of it; opening counts where it writes.
CHANGES = frozenset(("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod", "os.truncate"))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main(show: Path, inbox: str, last: int) -> None:
    from publisher.inbox import take_in

    # Imported before it is counted: modules that are compiled write as well.
    import publisher.inbox.looking

    assert publisher.inbox.looking
    count = 0

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event in CHANGES or (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
        ):
            count += 1
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(heard)
    take_in(show, inbox, now=datetime.now(UTC) + timedelta(hours=1))
    print(count)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
