"""A town with a past of three years, in which everything has happened that planning asks the past about."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from config.loader import Config
from daemon.archiving import Archiving
from daemon.clock import VirtualClock
from daemon.explaining import explain_task
from daemon.reconciling import preview
from daemon.recording import Recorder, Statement
from daemon.situation import Situation
from daemon.store import notices, proving, tasks
from daemon.store.archives import Archive
from daemon.store.database import Database
from daemon.store.told import Told
from obligations.deadlines import local_moment
from obligations.reconciling import Changes, merged
from tests.stories.telling import Life
from tests.stories.town import from_day, happened, town, with_events

DRILL, EVALUATION, RECTIFY, FILE, DISCLOSE = "ent-09a", "ent-09c", "off-23-rectify", "off-23", "off-29"
END = "2024-01-10T12:00"
YEARS = (2021, 2022, 2023)
"""Those that are lived through; all may be archived then."""
STRIDE = timedelta(days=9)
"""How often the daemon wakes: seldom, so that years pass in a moment."""
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 2, 3, 4, tzinfo=UTC)


def _town(*organizations: str) -> Config:
    """The enterprise, and others like it."""
    config = from_day(town(DRILL, EVALUATION, RECTIFY, FILE, DISCLOSE), "2021-01-01")
    ours = config.organizations["ent"]
    others = {each: ours._replace(id=each, name=f"{each}厂") for each in organizations}
    hazards = [
        happened(f"haz-{year}", "hazard_listed", listed_at=date(year, 3, 1), rectify_by=date(year, 4, 30))
        for year in YEARS
    ]
    known = {**config.organizations, **others}
    return replace(with_events(config, *hazards), organizations=known, version="-".join(("town", *organizations)))


THREE, TWO = _town("ent-b", "ent-c"), _town("ent-b")
"""The town with the enterprise that leaves it, and without."""
STRICTER = replace(
    TWO,
    obligations={**TWO.obligations, EVALUATION: replace(TWO.obligations[EVALUATION], id="evaluated-again")},
    version="stricter",
)
"""A duty is replaced by another, which the drills of all years start."""
CONFIGS = (TWO, THREE, STRICTER)


def live(path: Path) -> None:
    """Three years: drills that are done, waived, extended and forgotten, hazards that are neglected and verified."""
    with closing(Database(f"sqlite:///{path}", durable=False)) as database:
        database.migrate()
        life = life_from(THREE, database, "2021-01-04T12:00")
        for year in YEARS:
            _live_a_year(life, year)
            if year == 2021:
                life.engine.adopt(TWO)  # so that tasks are withdrawn
        life.go_to(END, every=STRIDE)


def life_from(config: Config, database: Database, moment: str) -> Life:
    return Life(config, VirtualClock(local_moment(datetime.fromisoformat(moment), ZONE)), database)


def _live_a_year(life: Life, year: int) -> None:
    hazard = f"{RECTIFY}/ent/haz-{year}"
    life.go_to(f"{year}-06-10T12:00", every=STRIDE).go_to(f"{year}-06-14T12:00", every=timedelta(days=1))
    life.record(
        lambda recorder: recorder.extend(f"{DRILL}/ent/{year}-H1", date(year, 7, 15), Statement("冯远", "停产"))
    )
    _approve(life)
    if year > 2021:
        life.done(f"{EVALUATION}/ent/{year - 1}-H2").done(f"{EVALUATION}/ent-b/{year - 1}-H2")
    life.go_to(f"{year}-07-05T12:00", every=STRIDE).done(f"{DRILL}/ent/{year}-H1").done(hazard)
    life.go_to(f"{year}-07-08T12:00", every=STRIDE)
    life.record(lambda recorder: recorder.verify(hazard, Statement("冯远")))
    life.record(lambda recorder: recorder.waive(f"{DRILL}/ent-b/{year}-H1", Statement("冯远", "停产")))
    life.go_to(f"{year}-12-15T12:00", every=STRIDE).done(f"{EVALUATION}/ent/{year}-H1").done(f"{FILE}/ent/haz-{year}")
    life.done(f"{DRILL}/ent/{year}-H2").done(f"{DRILL}/ent-b/{year}-H2")
    if year != 2022:  # that one is open to the end
        life.done(f"{DISCLOSE}/ent/{RECTIFY}.haz-{year}")


def _approve(life: Life) -> None:
    with life.database.read() as connection:
        waiting = {(task, each.step) for task, each in notices.held(connection)}
    for task, step in sorted(waiting):
        life.record(partial(Recorder.approve, task=task, step=step))


def archive(database: Database, file: Path, year: int, **settings: object) -> Archive | None:
    """Archive a year in very small transactions."""
    options = {"between": lambda: None, "tasks": 6, "rows": 400, **settings}
    return Archiving(database, file, year, ZONE, lambda: NOW, **options).run()  # type: ignore[arg-type]


def faults(database: Database) -> list[str]:
    with database.read() as connection:
        return list(proving.verify(connection))


def what_would_change(database: Database) -> list[Changes]:
    """What each config would make of the tasks."""
    with database.read() as connection:
        return [merged(preview(connection, Situation(config), NOW)) for config in CONFIGS]


TOLD = (f"{DRILL}/ent/2021-H1", f"{DRILL}/ent-b/2022-H1", f"{RECTIFY}/ent/haz-2022", f"{EVALUATION}/ent/2022-H2")
"""Tasks that were extended, waived, confirmed and done late."""


def stories(database: Database) -> list[list[str]]:
    """What is said of some tasks, the name of their file apart."""
    situation = Situation(TWO)
    with database.read() as connection:
        found = [explain_task(situation, connection, task, "zh", NOW) or [] for task in TOLD]
    return [[line for line in lines if "archived" not in line] for lines in found]


def future(database: Database) -> tuple[list[Told], dict[str, str]]:
    """What is told in the months that follow, and which tasks are open then; the database lives on."""
    life = life_from(TWO, database, "2025-02-04T12:00").go_to("2025-04-10T12:00", every=STRIDE)
    with database.read() as connection:
        standing = {each.task.id: str(each.task.plan.due) for each in tasks.standing(connection)}
    return [each for each in life.told() if each.at > NOW], standing
