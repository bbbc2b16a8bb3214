"""The command `python -m tests.servers`."""

from __future__ import annotations

import argparse
import sys
import time

from tests.servers import install
from tests.servers.process import StartFailed
from tests.servers.running import SERVERS, run


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.servers", description="Real S3 servers on loopback."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    installing = commands.add_parser("install", help=f"into ${install.FOLDER_VARIABLE}, or .s3servers")
    installing.add_argument("servers", nargs="+", choices=SERVERS)
    starting = commands.add_parser("run", help="fresh data; prints endpoint and credentials; Ctrl-C stops it")
    starting.add_argument("server", choices=SERVERS)
    starting.add_argument("--port", type=int, help="where it speaks S3 (any free one otherwise)")
    starting.add_argument("--json", action="store_true", help="prints one JSON object instead")
    starting.add_argument("--until-stdin-closes", action="store_true", help="stops with whoever started it")
    options = parser.parse_args()
    try:
        if options.command == "install":
            for server in options.servers:
                _install(server)
        elif not install.is_installed(options.server):
            sys.exit(f"{options.server} is not installed: python -m tests.servers install {options.server}")
        else:
            run(
                options.server,
                options.port,
                until_stdin_closes=options.until_stdin_closes,
                as_json=options.json,
            )
    except (install.InstallFailed, StartFailed) as error:
        sys.exit(str(error))


def _install(server: str) -> None:
    began = time.monotonic()
    install.install(server)
    print(f"{server} is in {install.folder() / server} ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
