"""A run that has nobody to tell pays nothing for it."""

from __future__ import annotations

import subprocess
import sys

from tests.release.trees import environment
from tests.support.shows import edit_show
from tests.telling.conftest import Place
from tests.telling.servers import Hub, Service

AGAIN = """
import sys
from publisher.operations import publish
outcome = publish(sys.argv[1], to=sys.argv[2], url=sys.argv[3])
assert not outcome.released
print(*[name for name in ("urllib3", "smtplib", "email.message", "ssl") if name in sys.modules])
"""


def test_nothing_to_tell_imports_neither_http_nor_smtp(place: Place) -> None:
    hub, hook = place.run(Hub()), place.run(Service())
    edit_show(place.show, notify={"websub": [hub.url], "webhooks": [{"url": hook.url}]})
    assert len(place.publish().told.told) == 2
    command = [sys.executable, "-c", AGAIN, str(place.show), str(place.public), place.url]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
