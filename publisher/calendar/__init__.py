"""What is coming: read from the folder and the store (`looking`), listed (`upcoming`), drawn (`grid`), and
written as a calendar to subscribe to (`ics`)."""

from __future__ import annotations

from publisher.calendar.looking import Look, look
from publisher.calendar.upcoming import Upcoming, day_and_time, listed, within

__all__ = ["Look", "Upcoming", "day_and_time", "listed", "look", "within"]
