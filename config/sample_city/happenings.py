"""What happened in two years: twenty events, of most kinds that duties wait for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.sample_city.entries import flow


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as it is going to stand in the file, with what a reader should know about it."""

    id: str
    kind: str
    organization: str
    fields: Mapping[str, object]
    remark: str = ""


HAPPENINGS: Mapping[str, Sequence[Happening]] = {
    "2025": (
        Happening("case-2025-004", "case_closed", "ent-qingshan-quarry", {
            "closed_at": "2025-05-20", "investigator": "gov-qingshan", "summary": "边坡滑塌事故结案"},
            "Whoever led the investigation evaluates within a year whether its corrective measures were carried out."),
        Happening("acc-2025-017", "accident", "ent-linjiang-construction", {
            "occurred_at": "2025-10-22T08:45:00+08:00", "reported_at": "2025-10-22T09:20:00+08:00",
            "deaths": 0, "injuries": 1, "loss": 180000, "liability": True, "summary": "吊装作业钢筋滑落"},
            "What was due before the start of duban.yaml is not raised; but this firm has another one in June."),
        Happening("hz-2025-021", "hazard_listed", "ent-xinchen-chem-storage", {
            "listed_at": "2025-11-18", "rectify_by": "2026-01-30", "summary": "储罐区防火堤开裂，挂牌督办"}),
        Happening("acc-2025-023", "accident", "ent-xingkang-quarry", {
            "occurred_at": "2025-12-12T10:30:00+08:00", "reported_at": "2025-12-12T11:10:00+08:00",
            "deaths": 3, "injuries": 2, "loss": 6400000, "liability": True, "summary": "爆破作业飞石伤人"},
            "A larger one (较大), since three people died: its territory is summoned, and that is due in 2026."),
        Happening("sus-2025-006", "suspension_order", "ent-xingkang-quarry", {
            "ordered_at": "2025-12-13", "ends_on": "2026-03-20"}),
        Happening("hz-2025-044", "hazard_found", "ent-nanlong-garment", {
            "found_at": "2025-12-24", "rectify_by": "2026-01-16", "summary": "裁剪车间疏散通道堆物"}),
    ),
    "2026": (
        Happening("hire-2026-001", "hire", "ent-mingbo-fine-chem", {
            "starts_on": "2026-03-02", "summary": "新招操作工12人"}),
        Happening("staff-2026-001", "staff_change", "ent-xiangmao-metals", {
            "changed_at": "2026-03-09", "post": "safety_officer"}),
        Happening("hazard-2026-001", "major_hazard", "ent-nanda-quarry", {
            "found_at": "2026-03-24", "rectify_by": "2026-05-15", "summary": "排土场边坡超高"},
            "Five hands in turn; the event names the day of one of them, the limits of the others count."),
        Happening("order-2026-001", "correction_order", "ent-ruimao-construction", {
            "ordered_at": "2026-04-13", "correct_by": "2026-04-30", "summary": "安全生产费用未足额提取"}),
        Happening("plan-2026-001", "plan_issued", "ent-hengtai-hospital", {
            "issued_at": "2026-05-06", "submitted_at": "2026-05-20"}),
        Happening("acc-linjiang-2026-003", "accident", "ent-linjiang-construction", {
            "occurred_at": "2026-06-16T19:35:00+08:00", "reported_at": "2026-06-16T20:10:00+08:00",
            "deaths": 0, "injuries": 3, "loss": 420000, "liability": True, "summary": "夜间拆除脚手架时局部坍塌"},
            "Nobody died: a warning meeting is due, but no joint enforcement. It is the second within a year."),
        Happening("prob-2026-001", "inspection_problem", "ent-changning-civil-works", {
            "found_at": "2026-07-02", "correct_by": "2026-08-14", "bearer": "reg-housing",
            "summary": "对深基坑工程监管缺位"},
            "Found at a firm, and its regulator's to correct."),
        Happening("letter-2026-001", "letter_sent", "gov-qingshan", {
            "sent_at": "2026-07-13", "reply_by": "2026-07-27", "summary": "上半年矿山事故上升"}),
        Happening("risk-2026-001", "risk_identified", "ent-xiangrun-chem", {
            "identified_at": "2026-08-06T10:15:00+08:00", "summary": "新增硝化工序"}),
        Happening("period-2026-001", "key_period", "off-city", {
            "starts_on": "2026-08-20", "summary": "滨江博览会"}),
        Happening("acc-2026-001", "accident", "ent-binhai-chem", {
            "occurred_at": "2026-09-18T14:20:00+08:00", "reported_at": "2026-09-18T15:05:00+08:00",
            "deaths": 1, "injuries": 2, "loss": 2860000, "liability": True, "summary": "检修作业中反应釜闪爆"},
            "A fatal one. The week and the ten working days that it starts run across 中秋 and 国庆."),
        Happening("inv-2026-001", "investigation", "ent-binhai-chem", {
            "occurred_at": "2026-09-18T14:20:00+08:00", "investigator": "gov-binhai", "accident": "acc-2026-001"}),
        Happening("report-2026-001", "report_ready", "ent-binhai-chem", {
            "ready_at": "2026-11-09", "submitted_at": "2026-11-12", "government": "gov-binhai",
            "accident": "acc-2026-001"}),
        Happening("acc-2026-002", "accident", "ent-dongwang-storage", {
            "occurred_at": "2026-11-24T02:10:00+08:00", "reported_at": "2026-11-24T02:50:00+08:00",
            "deaths": 0, "injuries": 0, "loss": 12600000, "liability": True, "category": "fire",
            "summary": "仓库火灾"},
            "Nobody was hurt, but ten million yuan of loss make it a larger one."),
    ),
}  # fmt: skip
"""By the year in which they became known; loss is direct loss in yuan."""

_HEADING = """\
# What happened in {}. An event starts the duties whose anchor names its kind; the same facts may also come from
# `duban event add`. id, kind and organization (whom it is about) are required; docs/catalogue.md says which other
# fields each kind has. Ids are free, but never change: the ids of the tasks that an event starts end in them.
"""


def events_file(year: str) -> str:
    """The file of the events that became known in a year."""
    return "\n".join([_HEADING.format(year), *("\n".join(_lines(each)) + "\n" for each in HAPPENINGS[year])])


def _lines(happening: Happening) -> Iterator[str]:
    if happening.remark:
        yield f"# {happening.remark}"
    yield f"- id: {happening.id}"
    yield f"  kind: {happening.kind}"
    yield f"  organization: {happening.organization}"
    yield from (f"  {name}: {flow(value)}" for name, value in happening.fields.items())
