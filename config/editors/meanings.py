"""Meanings of the words that a field may have, by the name of their enum, for editors and docs/configuration.md."""

from collections.abc import Mapping

ENUMS: Mapping[str, Mapping[str, str]] = {
    "Kind": {
        "enterprise": "企业, which bears duties by its `safety_officer`",
        "regulator": "行业监管部门, which regulates an industry",
        "government": "属地政府, whose territory organizations are in",
        "office": "安委办, a safety-committee office",
    },
    "Basis": {
        "policy": "the city's own policy states it",
        "law": "national law states it",
        "local": "the policy says “regularly” or “promptly”, and each city sets the number",
    },
    "Pace": {
        "free": "as the bearer likes",
        "even": "by inner due days at equal distances, each with a reminder",
    },
    "Roll": {
        "none": "it stays",
        "next": "to the next working day",
        "previous": "to the working day before",
    },
    "Festival": {
        "new_year": "元旦",
        "spring_festival": "春节",
        "qingming": "清明节",
        "labour_day": "劳动节",
        "dragon_boat": "端午节",
        "mid_autumn": "中秋节",
        "national_day": "国庆节",
    },
    "Stage": {
        "remind": "提醒, before the due day",
        "urge": "催办, once it is overdue",
        "supervise": "督办, its supervisor hears of it",
        "letter": "函告, a letter",
        "summon": "约谈, a talk with those who answer for it",
        "list": "挂牌督办, listed for supervision",
        "report": "抄报, a report to discipline and personnel authorities",
    },
    "SpeakingDays": {
        "working": "working days only",
        "all": "every day",
    },
    "AddressKind": {
        "email": "the e-mail address",
        "mobile": "the mobile number",
        "wecom": "the id in WeCom",
    },
    "Grade": {
        "ordinary": "一般: fewer than 3 dead, 10 badly hurt, 10 million yuan of direct loss",
        "larger": "较大: from 3 dead, 10 badly hurt, or 10 million yuan on",
        "major": "重大: from 10 dead, 50 badly hurt, or 50 million yuan on",
        "extraordinary": "特别重大: from 30 dead, 100 badly hurt, or 100 million yuan on",
    },
}
