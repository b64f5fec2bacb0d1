"""The three firms that the demo and the first events tell of."""

from dataclasses import replace
from datetime import date

from config.sample_city.entries import Entry, Holder
from config.sample_city.people import Numbers
from config.sample_city.places import TERRITORIES

_CHEM = Entry(
    "ent-binhai-chem", "enterprise", "滨海化工有限公司", "", {},
    industry="hazardous_chemicals", headcount=320, regulator="reg-emergency",
    traits=("high_risk", "key", "dangerous_goods", "major_hazard_source", "safety_body", "medium_or_large"),
    dates={
        "safety_license_expires": date(2027, 5, 31),
        "certificate_expires": {"王建国": date(2027, 3, 14), "李敏": date(2026, 6, 30), "焦光亮": date(2026, 11, 9)},
        "equipment_inspection_expires": {"1号锅炉": date(2026, 9, 12), "2号压力容器": date(2027, 4, 20)},
        "major_source_assessed": date(2023, 10, 16),
    },
)  # fmt: skip
_BUILDER = Entry(
    "ent-linjiang-construction", "enterprise", "临江建工集团有限公司", "", {},
    industry="construction", headcount=680, regulator="reg-housing",
    traits=("high_risk", "key", "safety_body", "medium_or_large"),
    dates={
        "safety_license_expires": date(2026, 12, 20),
        "certificate_expires": {"邓卫东": date(2026, 8, 31), "苗学田": date(2026, 4, 18)},
    },
)  # fmt: skip
_QUARRY = Entry(
    "ent-qingshan-quarry", "enterprise", "青山石料有限公司", "", {},
    industry="mining", headcount=58, regulator="reg-emergency", traits=("high_risk", "part_time_officer"),
    dates={"safety_license_expires": date(2026, 7, 31)},
    remark="A mine needs a full-time officer, however small it is; this one has not.",
)  # fmt: skip


def known_firms(numbers: Numbers) -> list[Entry]:
    """滨海化工, where a reactor flashes in September; 临江建工 and its scaffold; the quarry of the closed case."""
    return [
        _at(_CHEM, "B", {
            "principal": Holder("王建国", "wang@example.com", numbers.next()),
            "safety_officer": Holder("李敏", "li@example.com", numbers.next(), "principal"),
        }),
        _at(_BUILDER, "L", {
            "principal": Holder("宋志强", "songzhiqiang@linjiang-construction.example", numbers.next()),
            "safety_officer": Holder("邓卫东", "dengweidong@linjiang-construction.example", numbers.next(), "manager"),
            "manager": Holder("苗学田", "miaoxuetian@linjiang-construction.example", numbers.next()),
        }),
        _at(_QUARRY, "Q", {
            "principal": Holder("祝长根", "zhuchanggen@qingshan-quarry.example", numbers.next()),
            "safety_officer": Holder("康玉才", "kangyucai@qingshan-quarry.example", numbers.next(), "principal"),
        }),
    ]  # fmt: skip


def _at(firm: Entry, letter: str, posts: dict[str, Holder]) -> Entry:
    home = TERRITORIES[letter]
    return replace(firm, posts=posts, region=home.name, government=home.government_id, office=home.office_id)
