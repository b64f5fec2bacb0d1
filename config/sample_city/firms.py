"""The firms of the city: 473 of them, most of them small, some with a flaw as in life."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from config.sample_city.chance import Chance
from config.sample_city.entries import Entry, Holder
from config.sample_city.known_firms import known_firms
from config.sample_city.people import Numbers, Person, some_people, syllables, words
from config.sample_city.places import TERRITORIES
from config.sample_city.trades import TRADES, Trade

_FIRST = syllables(
    "恒heng 金jin 鑫xin 宏hong 永yong 瑞rui 盛sheng 东dong 嘉jia 江jiang 顺shun 福fu 兴xing 祥xiang 立li 南nan "
    "长chang 凯kai 丰feng 明ming 庆qing 振zhen 泽ze 荣rong 云yun 锦jin 启qi 翔xiang"
)
_SECOND = syllables(
    "泰tai 达da 源yuan 盛sheng 昌chang 隆long 旺wang 捷jie 鼎ding 诚cheng 宇yu 博bo 程cheng 润run 和he 康kang 宁ning "
    "腾teng 茂mao 辰chen 航hang 岳yue 洋yang 远yuan"
)
_TAKEN_IN_LIFE = words(
    "恒润 长和 东航 南航 长航 福源 嘉和 荣昌 瑞康 东洋 启明 凯和 长源 南洋 江南 东盛 长盛 泽宇 立达 盛达"
)
"""Brands that could come up, and that readers would take for a firm that there is."""
_SERIOUS = words("mining metal_smelting construction road_transport hazardous_chemicals fireworks explosives")
"""Industries that need a body or a full-time officer, however small a firm is."""
_WELDS = words("construction manufacturing metal_smelting power port property")
"""Industries with people whose 特种作业操作证 is to be reviewed."""
_MICRO, _HUNDRED, _BIG = 15, 100, 300
"""Numbers of people: below the first, one person does everything; above the second the law asks for more."""
_YEAR = 365


def firms(numbers: Numbers) -> Iterator[Entry]:
    """Every firm, those that the stories know first."""
    known = known_firms(numbers)
    taken = {each.id for each in known}
    yield from known
    for trade in TRADES:
        for number in range(sum(each.industry == trade.industry for each in known), trade.count):
            firm = _firm(trade, Chance(f"{trade.industry} {number}"), numbers, taken)
            taken.add(firm.id)
            yield firm


def _firm(trade: Trade, chance: Chance, numbers: Numbers, taken: set[str]) -> Entry:
    home = TERRITORIES[chance.pick(trade.homes)]
    brand, ending, key = _name(trade, chance, taken)
    headcount = min(max(round(chance.log_normal(trade.median, trade.spread)), 3), 2400)
    traits = _traits(trade, key, headcount, chance)
    people = some_people(chance, 4)
    posts, remark = _posts(people, key, traits, headcount, chance, numbers)
    return Entry(
        key, "enterprise", f"{home.short if chance.happens(0.6) else ''}{brand}{ending}", home.name, posts,
        industry=trade.industry, headcount=headcount, traits=traits, regulator=trade.regulator,
        government=home.government_id, office=home.office_id,
        since=date(2026, chance.between(2, 10), 1) if chance.happens(0.02) else None,
        dates=_dates(trade, traits, headcount, people, chance), remark=remark,
    )  # fmt: skip


def _name(trade: Trade, chance: Chance, taken: set[str]) -> tuple[str, str, str]:
    """Brand and ending of a firm's name, and its id."""
    while True:
        (sign, sound), (other_sign, other_sound) = chance.pick(_FIRST), chance.pick(_SECOND)
        ending, slug = chance.pick(trade.names)
        brand, key = f"{sign}{other_sign}", f"ent-{sound}{other_sound}-{slug}"
        if sign != other_sign and brand not in _TAKEN_IN_LIFE and key not in taken:
            return brand, ending, key


def _traits(trade: Trade, key: str, headcount: int, chance: Chance) -> tuple[str, ...]:
    risky = "high_risk" in trade.traits
    full_time = headcount > _HUNDRED or trade.industry in _SERIOUS
    body = chance.happens(0.85 if headcount > _BIG else 0.5 if headcount > _HUNDRED and risky else 0)
    small_shop = headcount < _MICRO and trade.industry in {"commerce", "catering"}
    found = {
        "crowded_place": trade.crowded is not None and headcount >= trade.crowded,
        "key": headcount >= _BIG or (risky and chance.happens(0.25)),
        "medium_or_large": headcount >= _BIG,
        "dangerous_goods": key.endswith("chem-freight"),
        "major_hazard_source": "dangerous_goods" in trade.traits and headcount > 30 and chance.happens(0.5),
        "safety_body": body,
        "part_time_officer": not body and chance.happens(0.05 if full_time else 0.85),
        "no_front_line": trade.industry in {"commerce", "school"} and chance.happens(0.3),
        "no_fire_installations": small_shop and chance.happens(0.7),
    }
    return (*trade.traits, *(name for name, holds in found.items() if holds and name not in trade.traits))


def _posts(
    people: Sequence[Person], key: str, traits: tuple[str, ...], headcount: int, chance: Chance, numbers: Numbers
) -> tuple[dict[str, Holder], str]:
    """The posts of a firm, and what is remarkable about them: some are vacant, some people cannot be reached."""
    domain = f"{key.removeprefix('ent-')}.example"
    holders = [Holder(each.name, f"{each.spelled}@{domain}", numbers.next()) for each in people[:2]]
    principal, officer = holders
    if chance.happens(0.012):
        return {"principal": principal}, "Nobody holds the officer's post at present: the principal is told instead."
    if headcount < _MICRO and "high_risk" not in traits and chance.happens(0.7):
        return {"principal": principal, "safety_officer": principal}, ""
    if headcount >= 200 and chance.happens(0.5):
        manager = Holder(people[2].name, f"{people[2].spelled}@{domain}", numbers.next())
        officer = Holder(officer.name, officer.email, officer.mobile, deputy="manager")
        return {"principal": principal, "safety_officer": officer, "manager": manager}, ""
    without = chance.weighted((("", 0.95), ("mobile", 0.035), ("email", 0.015)))
    deputy = "principal" if chance.happens(0.8) else None
    officer = Holder(
        officer.name,
        None if without == "email" else officer.email,
        None if without == "mobile" else officer.mobile,
        deputy,
    )
    return {"principal": principal, "safety_officer": officer}, ""


def _dates(
    trade: Trade, traits: tuple[str, ...], headcount: int, people: Sequence[Person], chance: Chance
) -> dict[str, date | dict[str, date]]:
    """The dates that duties count from, as far as the firm has them."""
    found: dict[str, date | dict[str, date]] = {}
    if trade.licensed:
        found["safety_license_expires"] = _within(chance, date(2026, 3, 1), 3 * _YEAR)
    if "high_risk" in traits:
        certified = people[: min(1 + headcount // 60, 4)]
        found["certificate_expires"] = {each.name: _within(chance, date(2026, 2, 1), 3 * _YEAR) for each in certified}
    if trade.industry in _WELDS and headcount > 20 and chance.happens(0.6):
        found["special_operation_review"] = {people[3].name: _within(chance, date(2026, 2, 1), 3 * _YEAR)}
    machines = trade.machines if headcount > 20 and chance.happens(0.8) else ()
    if machines:
        found["equipment_inspection_expires"] = {
            each: _within(chance, date(2026, 3, 1), _YEAR) for each in machines[: chance.between(1, len(machines))]
        }
    if "major_hazard_source" in traits:
        found["major_source_assessed"] = _within(chance, date(2023, 2, 1), 3 * _YEAR - 31)
    return found


def _within(chance: Chance, first: date, days: int) -> date:
    return first + timedelta(days=chance.between(0, days - 1))
