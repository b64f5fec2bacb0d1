"""What is said in English beside the templates."""

from notifiers.wording import ChangeWords, StageWords, Wording
from obligations.changes import Change
from obligations.policies import Stage
from obligations.recipients import Via
from obligations.reconciling import Ground

EN = Wording(
    stages={
        Stage.REMIND: StageWords(
            "Reminder",
            "Reminder of a work-safety task",
            "This is a friendly reminder of the work-safety task below. Please see that it is done by the due day.",
            "The work-safety task below falls due soon. Please keep an eye on it, and remind the organization "
            "responsible to finish in time.",
            "Please finish in time",
            "Please remind those responsible",
        ),
        Stage.URGE: StageWords(
            "Urgent reminder",
            "Work-safety task outstanding",
            "The work-safety task below has not been registered as done. Please do it without further delay; if it "
            "is done already, please register it.",
            "The organization responsible has not registered the work-safety task below as done. Please press it to "
            "do so without further delay.",
            "Please do it without delay",
            "Please press those responsible",
        ),
        Stage.SUPERVISE: StageWords(
            "Supervision",
            "Notice of supervision",
            "The work-safety task below is still not done and is hereby placed under supervision. The principal is "
            "required to look into it in person, to settle who does it by which day, and to have it done at once.",
            "The work-safety task below is still not done and is hereby placed under supervision. You are required, "
            "within your duties, to direct the organization responsible to act at once, and to follow the outcome.",
            "Have it done at once",
            "Direct those responsible to act",
        ),
        Stage.LETTER: StageWords(
            "Official letter",
            "Letter concerning the discharge of work-safety duties",
            "We write to inform you that the work-safety task of your organization set out below remains undone. You "
            "are requested to remedy this forthwith, and to reply in writing on the action taken.",
            "We write to inform you that the work-safety task set out below remains undone. You are requested, "
            "within your duties, to see that the organization responsible remedies this forthwith, and to reply in "
            "writing on the action taken.",
            "Remedy it and reply in writing",
            "See to it and reply in writing",
        ),
        Stage.SUMMON: StageWords(
            "Summons",
            "Summons to a work-safety interview",
            "As the work-safety task below remains undone, the principal of your organization is to be summoned to "
            "an interview. Please prepare a written account; time and place will be notified separately.",
            "As the work-safety task below remains undone, the principal of the organization responsible is to be "
            "summoned to an interview. Please make the preparations that fall within your duties.",
            "Prepare a written account",
            "Prepare for the interview",
        ),
        Stage.LIST: StageWords(
            "Listed supervision",
            "Notice of listed supervision",
            "As the work-safety task below remains undone, it is hereby put on the list of supervised cases. Your "
            "organization is required to draw up a plan with measures, persons responsible and time limits, and to "
            "apply for removal from the list when the plan is carried out.",
            "As the work-safety task below remains undone, the organization responsible is hereby put on the list "
            "of supervised cases. You are required to follow its remedy, and to have it removed from the list by "
            "the prescribed procedure when it is complete.",
            "Draw up a plan with time limits",
            "Follow it until remedied",
        ),
        Stage.REPORT: StageWords(
            "Report",
            "Report on the discharge of work-safety duties",
            "As the work-safety task of your organization below remains undone, the matter is to be reported by the "
            "prescribed procedure. You are required to remedy it at once, and to explain the reasons in writing.",
            "As the work-safety task below remains undone, the matter is to be reported by the prescribed procedure. "
            "You are required, within your duties, to see that it is remedied, and to prepare the report.",
            "Remedy it and explain in writing",
            "See to it and prepare the report",
        ),
    },
    via={
        Via.NAMED: "post named",
        Via.DEPUTY: "received by the deputy",
        Via.PRINCIPAL: "received by the principal",
        Via.SUPERVISOR: "received by the supervising organization",
    },
    bases={
        "policy": "set by the policy document",
        "law": "set by laws and regulations",
        "local": "set by the city itself",
    },
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    windows={
        r"(?P<year>\d{4})-0?(?P<month>[1-9]|1[0-2])": "{month} {year}",
        r"(?P<year>\d{4})-Q(?P<quarter>[1-4])": "the {quarter} quarter of {year}",
        r"(?P<year>\d{4})-H(?P<half>[12])": "the {half} half of {year}",
        r"(?P<year>\d{4})": "{year}",
        r"(?P<first>\d{4})-(?P<last>\d{4})": "{first} to {last}",
    },
    half_years={"1": "first", "2": "second"},
    quarters={"1": "first", "2": "second", "3": "third", "4": "fourth"},
    day="{day.day} {month} {day.year}",
    day_with_weekday="{weekday}, {day.day} {month} {day.year}",
    day_of_year="{day.day} {month:.3}",
    moment="{0} at {1:%H:%M}",
    overdue="{0} working {0:day|days} overdue",
    overdue_no_working_day="overdue",
    due_today="due today",
    days_left="{0} working {0:day|days} left",
    no_working_day_left="{0} {0:day|days} left, no working day among them",
    phrase="due {0}, {1}",
    phrase_today="due today ({0})",
    changes={
        Change.MOVED: ChangeWords(
            "Due day moved",
            "A work-safety task is due on another day",
            "The due day of the work-safety task below has been moved. Please go by the new one.",
            "Please go by the new day",
        ),
        Change.WITHDRAWN: ChangeWords(
            "Withdrawn",
            "A work-safety task is withdrawn",
            "The work-safety task below is withdrawn. Earlier notices of it no longer apply; nothing need be done.",
            "Nothing more need be done",
            became="withdrawn",
        ),
        Change.RESTORED: ChangeWords(
            "Restored",
            "A work-safety task stands again",
            "The work-safety task below had been withdrawn and now stands again. Please do it by the due day given "
            "in this notice.",
            "Please do it by the due day",
            others="The work-safety task below had been withdrawn and now stands again. Please see that it is done by "
            "the due day given in this notice.",
            ask_others="Please see that it is done by the due day",
        ),
        Change.REASSIGNED: ChangeWords(
            "Reassigned",
            "A work-safety task is another organization's now",
            "Another organization has to do the work-safety task below now. Earlier notices of it to yours no longer "
            "apply; your organization need do nothing.",
            "Your organization need do nothing more",
            became="now another organization's",
        ),
        Change.REPORTED: ChangeWords(
            "To be verified",
            "A work-safety task is to be verified",
            "The organization responsible reports that the work-safety task below is done. Please verify this: "
            "confirm it if it is true, and return it if it is not.",
            "Please verify, confirm or return",
            became="reported done",
        ),
    },
    matter="{0} (was due {1}, task {2})",
    moved_note="The due day was {0}; it is now {1}.",
    grounds={
        Ground.OBLIGATION_GONE: "Reason: the city no longer applies this rule.",
        Ground.SUBJECT_GONE: "Reason: the organization concerned is no longer in the roster.",
        Ground.NO_LONGER_APPLIES: "Reason: the organization has changed, and the rule no longer applies to it.",
        Ground.EVENT_CHANGED: "Reason: the event that it rests on has been corrected or withdrawn.",
        Ground.START_CHANGED: "Reason: the day or the matter from which the limit runs has changed.",
    },
    approval_tag="For approval",
    approval_heading="A work-safety notice awaits your approval",
    approval_opening="A notice of the stage “{0}” is proposed in the matter below and needs your approval. Please look "
    "into the facts and decide; the notice is not sent unless you approve it.",
    approval_ask="Please look into it and decide",
    provisional_note="Provisional: the holidays it depends on are not published yet. You will be told if the day "
    "changes when they are.",
    periods={
        r"\d{4}-\d{2}": "this month",
        r"\d{4}-Q[1-4]": "this quarter",
        r"\d{4}-H[12]": "this half-year",
        r"\d{4}": "this year",
    },
    period="this period",
    quota="{1} still to do {0}, {2}",
    quota_past="{1} still to do in {0}, {2}",
    quota_left="{0} working {0:day|days} left",
    times_note="Required {0} {0:time|times}: {1}.",
    pace_note="At an even pace {1} should be done before {0}; so far {2} {2:is|are} done.",
    stand_in_note="This notice was meant for {0}, who cannot be reached at present. You receive it in their place; "
    "please pass it on, and see that the task is done.",
)
