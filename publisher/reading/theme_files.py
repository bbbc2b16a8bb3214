"""What a show's `theme` folder has in place of publisher's own looks: templates and a style sheet."""

from __future__ import annotations

from typing import Final

from publisher.problems import Problem
from publisher.reading.files import Files
from publisher.reading.folder import below, escapes, list_folder

STYLE_FILE: Final = "theme/style.css"
TEMPLATES: Final = "theme/templates"


def read_theme(files: Files) -> tuple[tuple[str, str], ...]:
    """Text by name within the theme: `style.css`, `templates/episode.html`."""
    found = []
    if below(files.folder.path, STYLE_FILE) is not None:
        path = files.find(STYLE_FILE)
        text = files.text(path, f"{files.folder.name}/{STYLE_FILE}", "theme-too-large") if path else None
        if text:
            found.append(("style.css", text))
    for name in _templates(files):
        path = files.find(f"{TEMPLATES}/{name}")
        full = f"{files.folder.name}/{TEMPLATES}/{name}"
        text = files.text(path, full, "theme-too-large") if path else None
        if text is not None:
            files.problems.extend(_mistakes(text, full))
            found.append((f"templates/{name}", text + "\n"))
    return tuple(found)


def _templates(files: Files) -> list[str]:
    folder = below(files.folder.path, TEMPLATES)
    if folder is None or not folder.is_dir() or escapes(folder, files.folder.root):
        return []
    try:
        names = list_folder(folder, TEMPLATES, files.folder.root).files
    except OSError as error:
        files.cannot_read(f"{files.folder.name}/{TEMPLATES}", error)
        return []
    return sorted(name for name in names if name.endswith(".html"))


def _mistakes(text: str, name: str) -> list[Problem]:
    # Hardly any show has templates, and none should wait for what reads them.
    from jinja2 import Environment, TemplateSyntaxError

    try:
        Environment(autoescape=True).parse(text)
    except TemplateSyntaxError as error:
        message = f"the template cannot be read: {error.message}"
        return [Problem("theme-template", "error", message, "mend that line", name, line=error.lineno)]
    return []
