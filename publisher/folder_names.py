"""What things are called in a show folder."""

from typing import Final

SHOW_YAML: Final = "podcast.yaml"
EPISODE_YAML: Final = "episode.yaml"

STATE_FOLDER: Final = ".publisher"
"""Notes of this machine's own. All of it may be deleted at any time."""

LAST_RUN: Final = "last-run.json"
"""In `STATE_FOLDER`: what the last publish came to (`publisher.status.last_run`)."""
