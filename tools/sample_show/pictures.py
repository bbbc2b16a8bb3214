"""The show's pictures: SVG drawn by hand, rendered by Chromium, stored as JPEG."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import yaml
from PIL import Image

CHROMIUM = "chromium"
FRAME = '<!doctype html><meta charset="utf-8"><style>*{{margin:0}}svg{{display:block}}</style>{svg}'


def make_all(drawings: Path, show: Path) -> None:
    """Renders every drawing that pictures.yaml names."""
    shared = (drawings / "shared.svg").read_text(encoding="utf-8")
    for entry in yaml.safe_load((drawings / "pictures.yaml").read_text(encoding="utf-8")):
        drawing = (drawings / entry["drawing"]).read_text(encoding="utf-8")
        render(drawing.replace("<!-- shared -->", shared), entry["pixels"], show / entry["target"])
        size = (show / entry["target"]).stat().st_size / 1000
        print(f"{entry['target']}: {entry['pixels']} px, {size:.0f} kB")


def render(svg: str, pixels: int, target: Path) -> None:
    """One square picture of `pixels` by `pixels`; the drawing's own square is 1000 by 1000."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sample-show-") as name:
        page, shot = Path(name) / "page.html", Path(name) / "shot.png"
        page.write_text(FRAME.format(svg=svg), encoding="utf-8")
        subprocess.run(
            [
                *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                *(f"--user-data-dir={name}/profile", "--hide-scrollbars", "--window-size=1000,1000"),
                *(f"--force-device-scale-factor={pixels / 1000}", f"--screenshot={shot}", page.as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        with Image.open(shot) as picture:
            picture.convert("RGB").save(target, quality=86, optimize=True, progressive=True)
