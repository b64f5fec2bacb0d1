"""Terms of the shipped catalogues: what the events, traits and dates mean that their duties look at.

The page of the catalogues shows them; a test keeps them in step with the catalogues.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event.

    Args:
        meaning: what happened, and which organization the event is about.
        fields: the fields that duties look at, each with what it says.
    """

    meaning: str
    fields: Mapping[str, str]


EVENTS: Mapping[str, EventKind] = {
    "accident": EventKind(
        "an accident at an enterprise; amend the event as its figures change",
        {
            "occurred_at": "when it happened; with the time of day, where duties count in hours",
            "reported_at": "the moment at which the authority received the report",
            "deaths": "people dead or missing",
            "injuries": "people badly hurt",
            "loss": "direct loss in yuan",
            "liability": "true for a 责任事故",
            "grade": "`ordinary`, `larger`, `major` or `extraordinary`; follows from the figures unless it is stated",
            "category": "`road_traffic`, `fire` or any other word",
        },
    ),
    "accident_surge": EventKind(
        "accidents across a government's territory come in series, or have grown in number",
        {"noted_at": "the day on which the office noted it"},
    ),
    "case_closed": EventKind(
        "the case of an accident at an enterprise was closed",
        {"closed_at": "the day of the closing", "investigator": "the organization that led the investigation"},
    ),
    "correction_order": EventKind(
        "an enterprise was ordered to correct what is wrong within a time, as lacking investment",
        {"ordered_at": "the day of the order", "correct_by": "the day that the order names"},
    ),
    "hazard_found": EventKind(
        "a hazard was found at an enterprise",
        {"found_at": "the day on which it was found", "rectify_by": "the day by which it is to be rectified"},
    ),
    "hazard_listed": EventKind(
        "a major hazard of an enterprise was listed for supervision (挂牌督办)",
        {"listed_at": "the day of the listing", "rectify_by": "the day that the listing names"},
    ),
    "hire": EventKind("an enterprise takes somebody on", {"starts_on": "the person's first day at work"}),
    "inspection_problem": EventKind(
        "a 巡查 found a problem at a government, regulator or enterprise",
        {
            "found_at": "the day of the notice",
            "correct_by": "the day that the notice names",
            "bearer": "the organization that corrects it",
        },
    ),
    "investigation": EventKind(
        "an accident at an enterprise is being investigated",
        {
            "occurred_at": "when the accident happened",
            "investigator": "the organization that leads the investigation",
        },
    ),
    "key_period": EventKind(
        "a celebration or another key period is ahead, for an office", {"starts_on": "its first day"}
    ),
    "letter_sent": EventKind(
        "an office wrote a 函告 to a government or regulator",
        {"sent_at": "the day of the letter", "reply_by": "the day that the letter names"},
    ),
    "major_hazard": EventKind(
        "a major hazard was found at an enterprise",
        {
            "found_at": "the day on which it was found",
            "supervise_by": "the day by which the 督办 goes out",
            "rectify_by": "the day by which it is to be rectified",
            "accept_by": "the day by which the result is to be accepted",
            "verify_by": "the day by which it is to be verified",
            "close_by": "the day by which it is to be closed",
        },
    ),
    "nominee_opinion": EventKind(
        "an opinion on a nominee was asked for; about the nominee's organization",
        {"asked_at": "the day on which it was asked for", "reply_by": "the day that the request names"},
    ),
    "penalty": EventKind("an enterprise was fined or otherwise punished", {"decided_at": "the day of the decision"}),
    "plan_issued": EventKind(
        "an enterprise issued an emergency plan",
        {
            "issued_at": "the day on which it was issued",
            "submitted_at": "the day on which it was handed in to be filed",
        },
    ),
    "report_ready": EventKind(
        "the report on an accident at an enterprise is ready",
        {
            "ready_at": "the day on which it was ready",
            "submitted_at": "the day on which the government that answers it received it",
            "government": "the government that answers it",
            "grade": "the accident's grade, where it is `extraordinary`",
        },
    ),
    "risk_identified": EventKind(
        "an enterprise identified a new risk", {"identified_at": "the day or moment at which it did"}
    ),
    "serious_violation": EventKind(
        "a serious violation of an enterprise was established", {"found_at": "the day on which it was"}
    ),
    "staff_change": EventKind(
        "somebody's work at an enterprise changed hands",
        {
            "changed_at": "the day of the change",
            "post": "`principal` or `safety_officer`, where it is one of these",
        },
    ),
    "suspension_order": EventKind(
        "an enterprise was ordered to stop and put itself in order",
        {"ordered_at": "the day of the order", "ends_on": "the last day of the suspension"},
    ),
    "unprocedured_work": EventKind(
        "an enterprise plans work for which it has no procedure", {"starts_on": "the day on which the work starts"}
    ),
}
"""Kind of event to what it means."""

TRAITS: Mapping[str, str] = {
    "high_risk": "高危企业",
    "crowded_place": "人员密集场所",
    "key": "重点企业",
    "safety_body": "has a safety body (安全管理机构)",
    "part_time_officer": "whoever holds `safety_officer` does so part-time",
    "dangerous_goods": "makes, sells, stores or carries 危险物品, whatever its industry",
    "no_front_line": "nobody works on the front line",
    "safety_section": "of a regulator: its 三定 name a section and staff for safety supervision",
    "major_hazard_source": "has a 重大危险源",
    "medium_or_large": "中型规模以上",
    "no_fire_installations": "its buildings have no fire installations to test",
}
"""Trait to what it means."""

DATES: Mapping[str, str] = {
    "certificate_expires": "the last day of a certificate; one for each person",
    "safety_license_expires": "the last day of the 安全生产许可证",
    "special_operation_review": "the day by which a 特种作业操作证 is to be reviewed; one for each person",
    "equipment_inspection_expires": "the last day for which special equipment passed inspection; one for each machine",
    "major_source_assessed": "the day on which the last assessment of the 重大危险源 was completed",
}
"""Date of the roster to what it means."""
