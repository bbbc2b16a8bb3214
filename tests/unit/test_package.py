"""The package's face: its functions, whatever was imported before, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import publisher


@pytest.mark.parametrize("name", [name for name in publisher.__all__ if name != "__version__"])
def test_every_operation_is_a_documented_function(name: str) -> None:
    # In a process of its own: a module of the same name, once imported, would take the function's place.
    code = (
        "import publisher, publisher.operations, publisher.cli.commands, publisher.previewing.server\n"
        f"operation = publisher.{name}\n"
        "assert callable(operation) and operation.__doc__, operation\n"
        f"assert publisher.{name} is operation\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_no_module_has_an_operations_name() -> None:
    import pkgutil

    modules = {module.name for module in pkgutil.iter_modules(publisher.__path__)}
    assert modules
    assert not modules & set(publisher.__all__)


def test_what_is_not_there_is_said_as_usual() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        publisher.nothing  # noqa: B018


@pytest.mark.parametrize("code", ["import publisher", "from publisher.cli import run; run(['--help'])"])
def test_importing_stays_light(code: str) -> None:
    """`publisher --help` and the package itself load none of what the operations need."""
    heavy = {
        *("babel", "boto3", "feedgen", "jinja2", "lxml", "markdown_it", "mutagen", "nh3"),
        *("PIL", "av", "numpy", "rich", "sqlite3", "starlette", "uvicorn", "yaml"),
        # Of Python's own what takes long, and only some command needs.
        *("asyncio", "concurrent", "email", "http", "multiprocessing", "ssl", "subprocess", "zoneinfo"),
    }
    checked = f"{code}\nimport sys\nassert not {heavy!r} & set(sys.modules), {heavy!r} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", checked], check=True, timeout=60, stdout=subprocess.DEVNULL)
