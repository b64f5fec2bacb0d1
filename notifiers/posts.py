"""Posts in words, language by language; a city's own posts are shown as they are written."""

from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh_CN": {"principal": "主要负责人", "safety_officer": "安全员", "duty": "安全生产联络员"},
    "en": {"principal": "principal", "safety_officer": "safety officer", "duty": "duty officer"},
}


def post_words(post: str, language: str) -> str:
    """The post as a reader of the language calls it."""
    return _WORDS.get(language, {}).get(post, post)
