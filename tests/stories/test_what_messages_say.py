"""What a message says of its task beside the words of its stage."""

from collections.abc import Mapping
from datetime import date
from functools import partial

from daemon.recording import Recorder
from obligations.selectors import Value
from tests.stories.conftest import Begin
from tests.stories.mortal import MortalLife
from tests.stories.town import town


def said_of_hazard(begin: Begin, **fields: Value) -> str:
    """The first message about a hazard that was found on 2 March."""
    life = begin(town("ent-07a"), "2026-03-02T10:00")
    found = {"found_at": date(2026, 3, 2), **fields}
    life.record(lambda recorder: recorder.add_event("haz-1", "hazard_found", "ent", found))
    return first_about(life.go_to("2026-03-20T12:00"), "haz-1")


def first_about(life: MortalLife, key: str) -> str:
    return next(each.text for each in life.channels["email"].sent if any(key in about for about in each.notices))


def found_problem(recorder: Recorder, key: str, fields: Mapping[str, Value]) -> None:
    recorder.add_event(key, "inspection_problem", "ent", fields)


def test_a_day_that_the_event_states_is_the_policys_and_runs_from_nothing(begin: Begin) -> None:
    text = said_of_hazard(begin, rectify_by=date(2026, 3, 20))
    assert "期限依据：二(一)7（文件规定）" in text
    assert "以有关文书（事项）载明的日期为限：2026年3月20日（星期五）" in text
    assert "起算" not in text


def test_where_the_event_states_no_day_the_limit_that_counts_is_the_citys_own(begin: Begin) -> None:
    text = said_of_hazard(begin)
    assert "期限依据：二(一)7（本市自行规定）" in text
    assert "期限15日，自2026年3月3日（星期二）开始计算" in text


def test_what_is_anothers_now_is_not_called_withdrawn_and_names_no_post_of_the_reader(begin: Begin) -> None:
    life = begin(town("off-26b"), "2026-03-02T10:00")
    found = {"found_at": date(2026, 3, 2), "correct_by": date(2026, 3, 20)}
    for key in ("prob-1", "prob-2"):
        life.record(partial(found_problem, key=key, fields={**found, "bearer": "reg"}))
    life.go_to("2026-03-09T12:00")
    for key in ("prob-1", "prob-2"):
        life.record(partial(Recorder.amend_event, identifier=key, fields={"bearer": "gov"}))
    life.go_to("2026-03-09T14:00")
    letters = [each for each in life.channels["email"].sent if any("reassigned" in about for about in each.notices)]
    assert letters
    for letter in letters:
        assert "撤销" not in letter.subject + letter.text
        assert "您的岗位" not in letter.text
        assert "无须再办理" in letter.text
