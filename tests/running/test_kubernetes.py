"""The manifests: against Kubernetes' own schemas, and against what its restricted profile asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.blocks import ROOT
from tests.running import dockerfile
from tests.running.schemas import run_module

FOLDER = ROOT / "deploy" / "kubernetes"
MANIFESTS = sorted(FOLDER.glob("*.yaml"))
VERSIONS = ("1.30", "1.37")
SHIPPED = dockerfile.stages(dockerfile.PATH.read_text("utf-8"))[-1]


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return document


def pod(name: str) -> dict[str, Any]:
    """The pod that a manifest starts."""
    spec = load(name)["spec"]
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    found: dict[str, Any] = spec["template"]["spec"]
    return found


def test_there_is_one_of_each_kind() -> None:
    kinds = {path.name: load(path.name)["kind"] for path in MANIFESTS}
    assert kinds == {
        "cronjob.yaml": "CronJob",
        "volume.yaml": "PersistentVolumeClaim",
        "watch.yaml": "Deployment",
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_fits_the_schema_and_has_nothing_else(path: Path, version: str, tmp_path: Path) -> None:
    done = run_module("kubernetes_validate", "--strict", "-k", version, str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    worse = tmp_path / path.name
    worse.write_text(path.read_text("utf-8").replace("\nspec:\n", "\nspec:\n  unheardOf: 1\n", 1))
    assert run_module("kubernetes_validate", "--strict", "-k", version, str(worse)).returncode != 0


@pytest.mark.parametrize("name", ["cronjob.yaml", "watch.yaml"])
def test_a_pod_is_restricted_and_fits_the_image(name: str) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    spec = pod(name)
    user, group = map(int, SHIPPED.of("USER")[-1].text.split(":"))
    security = spec["securityContext"]
    assert security["runAsNonRoot"] is True
    assert (security["runAsUser"], security["runAsGroup"], security["fsGroup"]) == (user, group, group)
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    (container,) = spec["containers"]
    own = container["securityContext"]
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    # What the image writes to has to be a volume, since the rest is read-only.
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert set(mounts) == {SHIPPED.of("WORKDIR")[-1].text, SHIPPED.variables()["HOME"]}
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert set(mounts.values()) == set(volumes)
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in volumes.values()
        if "persistentVolumeClaim" in volume
    }
    assert claims == {load("volume.yaml")["metadata"]["name"]}
    assert container["resources"]["limits"]["memory"]
    version = dict(word.split("=", 1) for each in SHIPPED.of("LABEL") for word in each.words)
    assert container["image"].endswith(f":{version['org.opencontainers.image.version']}")


@pytest.mark.parametrize("name", ["cronjob.yaml", "watch.yaml"])
def test_secrets_are_named_and_not_told(name: str) -> None:
    (container,) = pod(name)["containers"]
    assert "env" not in container
    assert [list(source) for source in container["envFrom"]] == [["secretRef"]]


def test_two_never_run_at_once() -> None:
    assert load("cronjob.yaml")["spec"]["concurrencyPolicy"] == "Forbid"
    assert pod("cronjob.yaml")["restartPolicy"] == "Never"
    deployment = load("watch.yaml")["spec"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"].items() <= labels.items()
    others = load("cronjob.yaml")["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert not deployment["selector"]["matchLabels"].items() <= others.items()


def test_what_a_pod_starts_is_a_command() -> None:
    assert pod("cronjob.yaml")["containers"][0]["args"] == ["publish", "--quiet", "episodes"]
    watching = pod("watch.yaml")["containers"][0]["args"]
    assert watching == ["watch", "episodes", "--health", "0.0.0.0:9100"]
