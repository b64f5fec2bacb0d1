"""A message put together from a layout and names is the message that its templates write."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import given
from hypothesis import strategies as st

from notifiers.languages import LANGUAGES
from notifiers.rendering import Renderer
from notifiers.views import Matter, NoticeView
from obligations.changes import Change
from obligations.policies import Stage
from tests.notifiers.letters import NOW, due_later, view

NAMES = st.sampled_from(
    ["", "滨海化工有限公司", "A&B <厂>", "x\x00y", "{{ name }}", "很长的名称" * 30, " 青山 \n 县 ", "0.subject"]
)
MATTERS = Matter("整改隐患", "a/b/c", date(2026, 4, 30)), Matter("", "{{ task }}\x00", date.max)
ORDINARY, LATER = view(), due_later()


@st.composite
def notices(draw: st.DrawFn) -> NoticeView:
    """Any notice whose names are anything."""
    own = draw(st.booleans())
    subject, task = draw(NAMES), draw(NAMES)
    return replace(
        draw(st.sampled_from([ORDINARY, LATER])),
        task=task,
        key=f"{task}/step/holder",
        subject=subject,
        bearer=draw(st.one_of(NAMES, st.just(subject))),
        stage=draw(st.sampled_from(Stage)),
        change=draw(st.sampled_from([None, None, *Change])),
        approval=draw(st.integers(0, 9)) == 0,
        own=own,
        about=draw(st.sampled_from([None, *MATTERS])),
        times=draw(st.sampled_from([1, 1, 3])),
    )


@cache
def renderers(language: str) -> tuple[Renderer, Renderer]:
    """One that keeps layouts, and one that carries templates out for every message, as it does an operator's."""
    return Renderer(language), Renderer(language, Path(mkdtemp()))


@given(
    views=st.one_of(st.lists(notices(), min_size=1, max_size=3), st.lists(notices(), min_size=13, max_size=15)),
    name=NAMES,
    later=st.sampled_from([0, 0, 30, 90, 3600 * 24]),
    language=st.sampled_from(sorted(LANGUAGES)),
)
def test_a_message_is_the_same_with_and_without_a_layout(
    views: Sequence[NoticeView], name: str, later: int, language: str
) -> None:
    laid_out, carried_out = renderers(language)
    now: datetime = NOW + timedelta(seconds=later)
    assert laid_out.render_email(views, name, now) == carried_out.render_email(views, name, now)
    assert laid_out.render_sms(views, name, now) == carried_out.render_sms(views, name, now)


def test_a_limit_in_hours_is_late_from_its_second_on_though_the_minute_is_the_same() -> None:
    at = NOW.replace(second=30)
    hurried = replace(ORDINARY, due=at.date(), due_time=at.time(), working_days_left=0)
    renderer = Renderer()
    before = renderer.render_email([hurried], "李敏", at - timedelta(seconds=1)).subject
    assert renderer.render_email([hurried], "李敏", at).subject != before
