"""Whether a notice arranges its whole year: what it left out would be worked, and the year called final."""

from collections.abc import Iterator

from config.documents import Loc
from config.notices import CalendarNotice
from config.statutory import lawful_days

_SEVEN_FESTIVALS_SINCE = 2008
"""Before, Qingming, Dragon Boat and Mid-Autumn were no holidays."""
_HOW_TO_NAME = "the paper names each festival of the law, and two that fall together as 国庆节、中秋节"


def wanting(notice: CalendarNotice) -> Iterator[tuple[Loc, str]]:
    """The festivals that a national notice for a year leaves out, or has on none of the days that the law gives them.

    Args:
        notice: one without any other fault.
    """
    if not notice.arranges_year or notice.year is None or notice.year < _SEVEN_FESTIVALS_SINCE:
        return
    lawful = lawful_days(notice.year)
    places = {name: [i for i, each in enumerate(notice.holidays) if name in each.name.split("、")] for name in lawful}
    missing = [name for name in lawful if not places[name]]
    if missing:
        yield ("holidays",), f"holidays: nothing of {'、'.join(missing)}; {_HOW_TO_NAME}"
    off = [(each.holiday, each.day) for each in notice.decisions() if not each.works]
    for name, days in lawful.items():
        if places[name] and not any(place in places[name] and day in days for place, day in off):
            hint = f"{name} falls on {min(days)}; see the paper"
            yield ("holidays", places[name][0], "off"), f"off: none of these days is one that the law gives; {hint}"
