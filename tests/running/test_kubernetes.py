"""The manifests: against Kubernetes' own schemas, and against what its restricted profile asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.stand import require_dask
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
        "cluster-network.yaml": "NetworkPolicy",
        "cronjob.yaml": "CronJob",
        "scheduler-service.yaml": "Service",
        "scheduler.yaml": "Deployment",
        "volume.yaml": "PersistentVolumeClaim",
        "watch.yaml": "Deployment",
        "workers.yaml": "Deployment",
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_fits_the_schema_and_has_nothing_else(path: Path, version: str, tmp_path: Path) -> None:
    done = run_module("kubernetes_validate", "--strict", "-k", version, str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    worse = tmp_path / path.name
    worse.write_text(path.read_text("utf-8").replace("\nspec:\n", "\nspec:\n  unheardOf: 1\n", 1))
    assert run_module("kubernetes_validate", "--strict", "-k", version, str(worse)).returncode != 0


@pytest.mark.parametrize("name", ["cronjob.yaml", "scheduler.yaml", "watch.yaml", "workers.yaml"])
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
    shows = () if name == "scheduler.yaml" else (SHIPPED.of("WORKDIR")[-1].text,)
    assert set(mounts) == {*shows, SHIPPED.variables()["HOME"]}
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert set(mounts.values()) == set(volumes)
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in volumes.values()
        if "persistentVolumeClaim" in volume
    }
    assert claims == ({load("volume.yaml")["metadata"]["name"]} if shows else set())
    assert container["resources"]["limits"]["memory"]
    version = dict(word.split("=", 1) for each in SHIPPED.of("LABEL") for word in each.words)
    assert container["image"].endswith(f":{version['org.opencontainers.image.version']}")


@pytest.mark.parametrize("name", ["cronjob.yaml", "watch.yaml", "workers.yaml"])
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


def test_a_cluster_finds_itself() -> None:
    """The scheduler listens where the service leads, workers and docs/cluster.md look there, and nobody else
    gets in. Both commands are Dask's own: `tests/cluster/` starts them the same way."""
    service, scheduler = load("scheduler-service.yaml"), load("scheduler.yaml")["spec"]["template"]
    address = f"tcp://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"
    assert service["spec"]["selector"].items() <= scheduler["metadata"]["labels"].items()
    (container,) = scheduler["spec"]["containers"]
    listens = container["command"][container["command"].index("--port") + 1]
    assert listens == str(container["ports"][0]["containerPort"]) == str(service["spec"]["ports"][0]["port"])
    assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]
    (worker,) = pod("workers.yaml")["containers"]
    assert worker["command"] == ["dask", "worker", address]
    assert address in (ROOT / "docs" / "cluster.md").read_text("utf-8")
    assert worker["image"] == container["image"]
    (rule,) = load("cluster-network.yaml")["spec"]["ingress"]
    (allowed,) = rule["from"]
    labels = {
        kind: load(name)["metadata"]["labels"]["app.kubernetes.io/name"]
        for kind, name in (("publisher", "cronjob.yaml"), ("watch", "watch.yaml"))
    }
    names = {
        document["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"]
        for document in (load("scheduler.yaml"), load("workers.yaml"))
    }
    (who,) = load("cluster-network.yaml")["spec"]["podSelector"]["matchExpressions"]
    assert set(who["values"]) == names
    assert set(allowed["podSelector"]["matchExpressions"][0]["values"]) == {*labels.values(), *names}


def test_a_worker_takes_the_options_of_its_manifest() -> None:
    require_dask()
    from distributed.cli.dask_worker import main

    (worker,) = pod("workers.yaml")["containers"]
    known = {name for parameter in main.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in worker["args"] if word.startswith("--")} <= known
