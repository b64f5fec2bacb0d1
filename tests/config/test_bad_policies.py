"""Mistakes in policies/*.yaml. The mark ▸ stands where the fault is expected."""

from pathlib import Path

import pytest

from tests.config.town import LADDER, check_fault

STAGES = "letter, list, remind, report, summon, supervise, urge"


def step(fields: str) -> str:
    return f"- id: own\n  steps:\n    - {fields}\n"


def repeat(fields: str) -> str:
    return f"{LADDER}  repeat: {fields}\n"


FAULTS: dict[str, tuple[str, ...]] = {
    "an unknown field": (LADDER + "  ▸dyas: all\n", "unknown field 'dyas'; did you mean 'days'?"),
    "an unknown field of a step": (
        step("{at: -7wd, stage: remind, tell: [assignee], ▸urgnet: true}"),
        "unknown field 'urgnet'; did you mean 'urgent'?",
    ),
    "an unknown field of the repeat": (
        repeat("{every: 5wd, stage: urge, tell: [assignee], ▸chanels: [sms]}"),
        "unknown field 'chanels'; did you mean 'channels'?",
    ),
    "an unknown stage": (
        step("{at: -7wd, stage: ▸remnd, tell: [assignee]}"),
        "stage: 'remnd' is not possible; did you mean 'remind'?",
    ),
    "a list of stages": (
        step("{at: -7wd, stage: ▸[remind], tell: [assignee]}"),
        f"stage: expected one of {STAGES}; found a list",
    ),
    "no moment": (step("▸{stage: remind, tell: [assignee]}"), "the field 'at' is missing"),
    "a moment of nothing": (
        step("{at: ▸, stage: remind, tell: [assignee]}"),
        "at: expected `start`, or days from the due day as -7wd, 0d, +5wd; found nothing",
    ),
    "a moment of four hundred years": (
        step("{at: ▸+400y, stage: remind, tell: [assignee]}"),
        "at: '+400y' is beyond sense; at most 50y is allowed; or `start`, the moment the task opens",
    ),
    "a moment without a unit": (
        step("{at: ▸7, stage: remind, tell: [assignee]}"),
        (
            "at: '7' is not a time limit; write a whole number and a unit: 2h (hours), 7d (days), 10wd (working days), "
            "1w (weeks), 6m (months), 1y (years), or 10个工作日, 6个月 …; or `start`, the moment the task opens"
        ),
    ),
    "nobody told": (step("{at: -7wd, stage: remind, tell: ▸[]}"), "tell: is empty; at least one is needed"),
    "text for who is told": (
        step("{at: -7wd, stage: remind, tell: ▸assignee}"),
        "tell: expected a list, found 'assignee'",
    ),
    "nothing told": (
        step("{at: -7wd, stage: remind, tell: [assignee, ▸~]}"),
        "tell, item 2: expected text, found nothing",
    ),
    "a post that nobody holds": (
        step("{at: -7wd, stage: remind, tell: [assignee, ▸asignee]}"),
        "nobody holds a post 'asignee' in any organization; did you mean 'assignee'?",
    ),
    "a post that nobody holds, like no other": (
        repeat("{every: 5wd, stage: urge, tell: [▸mayor]}"),
        (
            "nobody holds a post 'mayor' in any organization; known: assignee, duty, government, office, principal, "
            "regulator, safety_officer"
        ),
    ),
    "a relation that is none": (
        step("{at: -7wd, stage: remind, tell: [▸regualtor.duty]}"),
        "'regualtor' is no relation; did you mean 'regulator'?",
    ),
    "a post of a relation that nobody holds": (
        step("{at: -7wd, stage: remind, tell: [▸regulator.dutty]}"),
        "nobody holds a post 'dutty' in any organization; did you mean 'duty'?",
    ),
    "a post that nobody holds beside another fault": (
        step("{at: -7wd, ▸stge: remind, tell: [▸asignee]}").replace("- {at", "- ▸{at"),
        "the field 'stage' is missing",
        "unknown field 'stge'; did you mean 'stage'?",
        "nobody holds a post 'asignee' in any organization; did you mean 'assignee'?",
    ),
    "an unknown channel": (
        step("{at: -7wd, stage: remind, tell: [assignee], channels: [sms, ▸emial]}"),
        "there is no channel 'emial' in duban.yaml; did you mean 'email'?",
    ),
    "an unknown channel of the repeat": (
        repeat("{every: 5wd, stage: urge, tell: [assignee], channels: [▸wecom]}"),
        "there is no channel 'wecom' in duban.yaml; known: email, sms",
    ),
    "no channels": (
        step("{at: -7wd, stage: remind, tell: [assignee], channels: ▸[]}"),
        "channels: is empty; at least one is needed",
    ),
    "a number for a flag": (
        step("{at: -7wd, stage: remind, tell: [assignee], urgent: ▸5}"),
        "urgent: expected true or false, found '5'",
    ),
    "an unknown approval": (
        step("{at: -7wd, stage: remind, tell: [assignee], approval: ▸mayor}"),
        "approval: 'mayor' is not possible; known: government, office, regulator",
    ),
    "a step twice": (
        LADDER + "    - ▸{at: -7wd, stage: urge, tell: [assignee]}\n",
        "two steps are named '-7wd'; give one of them an `id` of its own",
    ),
    "a step's id twice": (
        step("{id: first, at: -7wd, stage: remind, tell: [assignee]}")
        + "    - ▸{id: first, at: -1wd, stage: urge, tell: [assignee]}\n",
        "two steps are named 'first'; give one of them an `id` of its own",
    ),
    "text for a step": (step("▸remind"), "steps, item 1: expected fields with values, found 'remind'"),
    "a list for a step": (step("▸[remind]"), "steps, item 1: expected fields with values, found a list"),
    "nothing for a step": (
        "- id: own\n  steps:\n    -▸\n",
        "steps, item 1: expected fields with values, found nothing",
    ),
    "no steps": ("- ▸id: own\n", "the field 'steps' is missing"),
    "an empty ladder": ("- id: own\n  steps: ▸[]\n", "steps: is empty; at least one is needed"),
    "a ladder of nothing": ("- id: own\n  steps:▸\n", "steps: expected a list, found nothing"),
    "fields for the steps": (
        "- id: own\n  steps: ▸{at: -7wd, stage: remind}\n",
        "steps: expected a list, found fields with values",
    ),
    "a repeat twice a day": (
        repeat("{every: ▸12h, stage: urge, tell: [assignee]}"),
        "every: 12h is too often; at least 1d",
    ),
    "a repeat without end": (
        repeat("{every: ▸0d, stage: urge, tell: [assignee]}"),
        "every: 0d is too often; at least 1d",
    ),
    "a repeat into the past": (
        repeat("{every: ▸-5wd, stage: urge, tell: [assignee]}"),
        "every: -5wd is too often; at least 1d",
    ),
    "text for the repeat": (repeat("▸5wd"), "repeat: expected fields with values, found '5wd'"),
    "days that are none": (
        LADDER + "  days: ▸workdays\n",
        "days: 'workdays' is not possible; known: all, working",
    ),
    "an id twice": (
        LADDER + LADDER.replace("own", "▸own"),
        "the id 'own' is taken by {0}/policies/own.yaml:1; ids are unique",
    ),
    "a shipped ladder with a post that nobody holds": (
        "- id: standard\n  repeat: {every: 5wd, stage: urge, tell: [▸princpal]}\n",
        "nobody holds a post 'princpal' in any organization; did you mean 'principal'?",
    ),
    "a shipped ladder with an unknown channel": (
        "- id: standard\n  repeat: {every: 5wd, stage: urge, tell: [principal], channels: [▸emial]}\n",
        "there is no channel 'emial' in duban.yaml; did you mean 'email'?",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_in_a_policy_is_shown_at_its_line_and_column(name: str, tmp_path: Path) -> None:
    text, *messages = FAULTS[name]
    placed = [message.replace("{0}", str(tmp_path)) for message in messages]
    check_fault(tmp_path, "policies/own.yaml", text, *placed)
