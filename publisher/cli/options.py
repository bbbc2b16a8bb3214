"""Options that several commands share, each with its environment variable."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

import click

from publisher.cli.logs import FORMATS

F = TypeVar("F", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """An option that `PUBLISHER_NAME`, or what `envvar` names, sets as well. The flag goes before it."""
    long = next(name for name in names if name.startswith("--"))
    variable = "PUBLISHER_" + long.removeprefix("--").partition("/")[0].replace("-", "_").upper()
    variable = settings.pop("envvar", variable)
    return click.option(*names, envvar=variable, show_envvar=True, **settings)


class Moment(click.ParamType[datetime]):
    """A date as podcast.yaml has it. Without an offset it is in the show's zone, so it stays naive here."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        from zoneinfo import ZoneInfo

        from publisher.reading.times import BadTime, has_offset, parse_date

        try:
            moment = parse_date(value, ZoneInfo("UTC"))
        except BadTime:
            self.fail(f"{value!r} is no time; write it as 2030-01-31 or '2030-01-31 06:00'", param, ctx)
        return moment if has_offset(value) else moment.replace(tzinfo=None)


class Duration(click.ParamType[timedelta]):
    """A length of time: `5s`, `15m`, `48h`, `2d`, `4w`."""

    name = "TIME"
    _UNITS = MappingProxyType({"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"})

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"([0-9]{1,5})\s*([smhdw])", str(value).strip().lower())
        if match is None:
            self.fail(f"{value!r} is no length of time; write it as 5s, 15m, 48h, 2d or 4w", param, ctx)
        return timedelta(**{self._UNITS[match[2]]: int(match[1])})


def shows(command: F) -> F:
    """The shows, one or more."""
    return click.argument("shows", nargs=-1, metavar="[SHOW]...")(command)


def output(command: F) -> F:
    """How much is said, and how."""
    command = log_format(command)
    command = option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)
    command = option("--quiet", "-q", is_flag=True, help="Print nothing but problems.")(command)
    return option("--verbose", "-v", count=True, help="Say more; twice: show where an error arose.")(command)


def log_format(command: F) -> F:
    """How stderr is written. `publisher.cli.logs` knows before the command does."""
    return option(
        "--log-format",
        type=click.Choice(FORMATS, case_sensitive=False),
        default="text",
        expose_value=False,
        help="Write stderr for people, or as a JSON object a line.",
    )(command)


def store(command: F) -> F:
    """Where the show is published."""
    command = option(
        "--endpoint", metavar="URL", default="", help="The S3 server, where it is not Amazon's."
    )(command)
    return option("--to", metavar="STORE", default="", help="Where the show is published.")(command)


def feed(command: F) -> F:
    """Which of the show's feeds."""
    return option("--feed", metavar="NAME", default="", help="A private feed instead of the public one.")(
        command
    )


def destination(command: F) -> F:
    """Where to."""
    command = option("--url", metavar="URL", default="", help="Public address of what is published.")(command)
    command = option(
        "--endpoint", metavar="URL", default="", help="The S3 server, where it is not Amazon's."
    )(command)
    return option("--to", metavar="STORE", default="", help="s3://bucket/prefix or a folder.")(command)


def moment(command: F) -> F:
    """When."""
    return option("--now", type=Moment(), default=None, help="As if it were that time.")(command)
