"""JSON Schema of the two YAML files, for editors; made from the tables that read them."""

from __future__ import annotations

from typing import Any

from publisher.reading.keys import EPISODE, SHOW


def show_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of podcast.yaml."""
    return _with_head("podcast.yaml: a show", SHOW.schema())


def episode_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of episode.yaml."""
    return _with_head("episode.yaml: an episode", EPISODE.schema())


def _with_head(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title} | schema
