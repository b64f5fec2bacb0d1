"""The languages in which people are written to."""

from collections.abc import Mapping

from notifiers.wording import Wording
from notifiers.wording_en import EN
from notifiers.wording_zh import ZH_CN

LANGUAGES: Mapping[str, Wording] = {"zh_CN": ZH_CN, "en": EN}
