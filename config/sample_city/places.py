"""The city's authorities: its government and office, those of its six territories, and the industry regulators."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.sample_city.chance import Chance
from config.sample_city.entries import Entry, Holder
from config.sample_city.people import Numbers, Person, some_people

CITY = "滨江市"


@dataclass(frozen=True, slots=True)
class Territory:
    """A county, district or zone of the city; `short` stands in the names of its firms."""

    slug: str
    name: str
    short: str
    government: str
    office: str
    is_like: str

    @property
    def government_id(self) -> str:
        """The organization that governs it."""
        return f"gov-{self.slug}"

    @property
    def office_id(self) -> str:
        """Its safety-committee office."""
        return f"off-{self.slug}"


TERRITORIES = {
    letter: Territory(*fields)
    for letter, fields in {
        "L": ("linjiang", "临江区", "临江", "临江区人民政府", "临江区安委办", "the inner city: shops, hotels"),
        "H": ("hedong", "河东区", "河东", "河东区人民政府", "河东区安委办", "the old works: machines, textiles"),
        "K": ("jingkai", "滨江经开区", "滨江", "滨江经济技术开发区管理委员会", "滨江经开区安委办",
              "the new zone: factories, freight"),
        "B": ("binhai", "滨海县", "滨海", "滨海县人民政府", "滨海县安委办", "the coast: chemicals, port, fish"),
        "Y": ("yunxi", "云溪县", "云溪", "云溪县人民政府", "云溪县安委办", "the country: food, wood, farms"),
        "Q": ("qingshan", "青山县", "青山", "青山县人民政府", "青山县安委办", "the hills: quarries, mines, tourism"),
    }.items()
}  # fmt: skip

REGULATORS = (
    ("reg-emergency", "应急管理局", "emergency", "hazardous chemicals, mining, metal smelting, fireworks"),
    ("reg-housing", "住房和城乡建设局", "housing", "construction, property management"),
    ("reg-transport", "交通运输局", "transport", "road transport, logistics, port"),
    ("reg-industry", "工业和信息化局", "industry", "manufacturing, building materials, textile, wood, explosives"),
    ("reg-commerce", "商务局", "commerce", "shops, catering, fuel stations"),
    ("reg-culture-tourism", "文化广电和旅游局", "culture", "hotels, entertainment, tourism"),
    ("reg-market", "市场监督管理局", "market", "food, lifts and other special equipment"),
    ("reg-health", "卫生健康委员会", "health", "hospitals"),
    ("reg-civil", "民政局", "civil", "nursing homes"),
    ("reg-education", "教育局", "education", "schools and training"),
    ("reg-urban", "城市管理局", "urban", "gas supply"),
    ("reg-agriculture", "农业农村局", "agriculture", "farms, fishery"),
    ("reg-energy", "能源局", "energy", "power"),
)
"""Id, name without the city's, part of the mail domain, and what they regulate."""
_WITHOUT_SECTION = {"reg-civil", "reg-education", "reg-energy"}
"""Regulators whose 三定 name no section for safety supervision yet."""
_KNOWN = {
    "reg-emergency": (Person("严守诚", "yanshoucheng"), Person("苗立华", "miaolihua")),
    "off-city": (Person("郭启山", "guoqishan"), Person("沈玉洁", "shenyujie")),
    "gov-city": (Person("韩松柏", "hansongbai"), Person("汪文清", "wangwenqing")),
}
"""Principal and desk of those that the demo tells a story of."""
_VACANT = {"off-yunxi"}
"""Offices whose desk nobody holds at present."""


def offices(numbers: Numbers) -> Iterator[Entry]:
    """The safety-committee offices: of the city, and of each territory under it."""
    yield Entry(
        "off-city",
        "office",
        f"{CITY}安委办",
        CITY,
        _posts("off-city", "anwei.binjiang", numbers),
        government="gov-city",
    )
    for each in TERRITORIES.values():
        vacant = each.office_id in _VACANT
        posts = _posts(each.office_id, f"anwei.{each.slug}", numbers)
        if vacant:
            posts = {"principal": posts["principal"]}
        yield Entry(
            each.office_id, "office", each.office, each.name, posts, government=each.government_id, office="off-city",
            remark="The desk is vacant: whatever it should be told, the principal is." if vacant else "",
        )  # fmt: skip


def governments(numbers: Numbers) -> Iterator[Entry]:
    """The governments: of the city, and of each territory under it."""
    yield Entry("gov-city", "government", f"{CITY}人民政府", CITY, _posts("gov-city", "gov.binjiang", numbers),
                office="off-city")  # fmt: skip
    for each in TERRITORIES.values():
        posts = _posts(each.government_id, f"gov.{each.slug}", numbers)
        yield Entry(
            each.government_id, "government", each.government, each.name, posts, government="gov-city",
            office="off-city",
        )  # fmt: skip


def regulators(numbers: Numbers) -> Iterator[Entry]:
    """The industry regulators, all of the city."""
    for key, name, domain, industries in REGULATORS:
        yield Entry(
            key, "regulator", f"{CITY}{name}", CITY, _posts(key, f"{domain}.binjiang", numbers),
            traits=() if key in _WITHOUT_SECTION else ("safety_section",),
            government="gov-city", office="off-city", remark=industries,
        )  # fmt: skip


def _posts(key: str, domain: str, numbers: Numbers) -> dict[str, Holder]:
    principal, desk = _KNOWN.get(key) or some_people(Chance(key), 2)
    return {
        "principal": _holder(principal, domain, numbers),
        "duty": _holder(desk, domain, numbers, deputy="principal"),
    }


def _holder(person: Person, domain: str, numbers: Numbers, deputy: str | None = None) -> Holder:
    return Holder(person.name, f"{person.spelled}@{domain}.example", numbers.next(), deputy)
