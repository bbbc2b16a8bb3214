"""The plan: what a publish would do, by comparing the folder with what the manifest says. Pure.

`now` is an argument. Nothing here knows where the show lies, or reads anything.
"""

from publisher.planning.making import make_plan, moved_from, settle
from publisher.planning.plan import Plan, PlannedEpisode, PrivatePlan, State, empties_feed, risks

__all__ = [
    "Plan",
    "PlannedEpisode",
    "PrivatePlan",
    "State",
    "empties_feed",
    "make_plan",
    "moved_from",
    "risks",
    "settle",
]
