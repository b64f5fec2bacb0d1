"""People with invented names, and their addresses: mail under example domains, numbers that nobody has."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.sample_city.chance import Chance

Syllable = tuple[str, str]
"""A character and how it is read."""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def syllables(text: str) -> tuple[Syllable, ...]:
    """Characters, each with its reading behind it."""
    return tuple((word[0], word[1:]) for word in text.split())


_SURNAMES = syllables(
    "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin "
    "高gao 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 韩han 冯feng 邓deng 曹cao 彭peng 曾zeng 萧xiao 田tian "
    "董dong 潘pan 袁yuan 蔡cai 余yu 于yu 杜du 叶ye 程cheng 魏wei 苏su 丁ding 任ren 卢lu 姚yao 沈shen 钟zhong 姜jiang "
    "崔cui 谭tan 陆lu 范fan 汪wang 廖liao 石shi 韦wei 贾jia 夏xia 付fu 方fang 邹zou 熊xiong 白bai 孟meng 秦qin 邱qiu "
    "侯hou 尹yin 薛xue 闫yan 段duan 雷lei 黎li 史shi 陶tao 贺he 郝hao 顾gu 龚gong 邵shao 覃qin 钱qian 戴dai 严yan "
    "莫mo 向xiang 常chang 施shi 柳liu 章zhang 卓zhuo"
)
_USUAL = 30
"""So many surnames are held by half the people."""
_GIVEN = (
    (
        syllables(
            "建jian 志zhi 永yong 明ming 海hai 国guo 立li 长chang 德de 光guang 庆qing 学xue 世shi 家jia 文wen 振zhen "
            "兴xing 宏hong 少shao 福fu 玉yu 根gen 耀yao 绍shao 守shou 启qi 远yuan 思si"
        ),
        syllables(
            "军jun 平ping 伟wei 林lin 峰feng 民min 生sheng 辉hui 刚gang 杰jie 涛tao 良liang 才cai 祥xiang 安an "
            "荣rong 清qing 松song 旺wang 田tian 亮liang 柱zhu 诚cheng 源yuan"
        ),
    ),
    (
        syllables(
            "晓xiao 雪xue 秀xiu 丽li 小xiao 月yue 慧hui 静jing 桂gui 美mei 红hong 巧qiao 春chun 淑shu 雅ya 佳jia "
            "玉yu 翠cui"
        ),
        syllables(
            "梅mei 芳fang 兰lan 霞xia 燕yan 琴qin 萍ping 娟juan 敏min 英ying 云yun 莉li 婷ting 华hua 珍zhen 洁jie "
            "莲lian 玲ling"
        ),
    ),
)
"""First and second character of men's and of women's names."""
_KNOWN_TO_ALL = words(
    "张国荣 张学良 张志军 张国清 王立军 王志刚 王金平 王志安 李世民 李玉刚 李雪琴 李晓霞 李春燕 刘志军 刘晓燕 刘国梁 "
    "梁家辉 马家辉 曹德旺 孙志刚 孙海平 徐立平 林志杰 李家杰 陈永贵 王文涛 刘家良 郑海洋 何立峰 陈文清 王小云 李小琳 "
    "林国荣 李文亮 任志强 李德生"
)
"""Names that could come up, and that readers would take for somebody."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and the part of a mail address that is made of the name."""

    name: str
    spelled: str


def somebody(chance: Chance) -> Person:
    """A person with an invented name."""
    while True:
        surnames = _SURNAMES[:_USUAL] if chance.happens(0.5) else _SURNAMES
        firsts, seconds = chance.weighted(((_GIVEN[0], 0.68), (_GIVEN[1], 0.32)))
        person = _spell((chance.pick(surnames), chance.pick(firsts), chance.pick(seconds)))
        if person.name not in _KNOWN_TO_ALL:
            return person


def some_people(chance: Chance, count: int) -> list[Person]:
    """So many people, each of another name."""
    found: dict[str, Person] = {}
    while len(found) < count:
        person = somebody(chance)
        found.setdefault(person.name, person)
    return list(found.values())


def _spell(syllables: Sequence[Syllable]) -> Person:
    return Person("".join(sign for sign, _ in syllables), "".join(sound for _, sound in syllables))


class Numbers:
    """Mobile numbers that run on from one, so that none is anybody's."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._last = 0

    def next(self) -> str:
        """The number after the last one."""
        self._last += 1
        return f"{self._prefix}{self._last:0{11 - len(self._prefix)}}"
