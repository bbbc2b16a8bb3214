"""What is coming: read from the folder and the store (`looking`), drawn (`grid`), and written as a calendar
to subscribe to (`ics`)."""

from __future__ import annotations

from publisher.calendar.looking import Look, look

__all__ = ["Look", "look"]
