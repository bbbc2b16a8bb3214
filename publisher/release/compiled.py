"""Templates as Jinja has compiled them, kept where Python keeps what it has compiled: beside the code.

Compiling ours takes a quarter of what a publish with one new episode takes in a show of a few. What is loaded
here is run, so it lies where the code itself lies and nowhere else: a show folder may be anybody's.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import marshal
import sys
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from publisher import site
from publisher.site.environment import keep_compiled
from publisher.state.code import code_stamp
from publisher.whole_files import write_whole

_TEMPLATES: Final = Path(site.__file__).parent / "templates"
_ENDING: Final = ".jinja"


@functools.cache
def keep_templates_compiled() -> None:
    """From now on this process compiles no template that another has compiled."""
    keep_compiled(CompiledTemplates())


class CompiledTemplates(BytecodeCache):
    """Ours, each in a file of its own. What is damaged, another version's or cannot be written is compiled
    as if there were none; a show's own templates always are.

    Args:
        folder: that of the templates.
    """

    def __init__(self, folder: Path = _TEMPLATES) -> None:
        self._folder = folder

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Tells where the template is kept; empty for one that is not."""
        path = Path(filename or "")
        if path.parent != self._folder or not code_stamp():
            return ""
        try:
            # Beside the code that renders them: the templates' folder holds nothing but templates.
            return cache_from_source(str(path.parents[1] / f"{path.parent.name}-{path.stem}.py"))
        except NotImplementedError:
            return ""  # a Python that keeps nothing of its own either

    def load_bytecode(self, bucket: Bucket) -> None:
        if not bucket.key:
            return
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            told, _, code = _path(bucket).read_bytes().partition(b"\n")
            if told == _sum(bucket, code):
                bucket.code = marshal.loads(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not bucket.key or sys.dont_write_bytecode:
            return
        path, code = _path(bucket), marshal.dumps(bucket.code)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, _sum(bucket, code) + b"\n" + code)


def _path(bucket: Bucket) -> Path:
    # For the sandbox other code is made: a show with templates of its own and one without take turns.
    return Path(bucket.key).with_suffix(f".sandbox{_ENDING}" if bucket.environment.sandboxed else _ENDING)


def _sum(bucket: Bucket, code: bytes) -> bytes:
    """Tells what is whole, and was compiled by this code from this source, from anything else."""
    told = f"{code_stamp()} {bucket.checksum} {bucket.environment.sandboxed}\n"
    return hashlib.sha256(told.encode() + code).hexdigest().encode()
