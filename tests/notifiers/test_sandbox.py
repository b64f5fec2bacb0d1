"""The sandbox: templates see plain values and can do nothing but write them."""

import pytest
from jinja2 import Template, TemplateError

from notifiers.sandbox import TemplateEnvironment

FORBIDDEN = {
    "a method of a string": "{{ text.upper() }}",
    "a format that inflates": "{{ '{:>999999999}'.format(text) }}",
    "a method of a dict": "{{ values.pop('a') }}",
    "the way to object's subclasses": "{{ text.__class__.__mro__ }}",
    "the same by subscript": "{{ text['__class__'].__mro__ }}",
    "the same by filter": "{{ (text | attr('__class__')).__mro__ }}",
    "a string times a number": "{{ text * 900000000 }}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "a percent format": "{{ '%999999999d' % 1 }}",
    "a filter that inflates": "{{ text | center(900000000) }}",
    "JSON that inflates": "{{ [1] | tojson(indent=200000000) }}",
    "JSON that is indented by a text": "{{ [1] | tojson(indent=text) }}",
    "a long range": "{% for i in range(99999) %}{% endfor %}",
    "a name that is not given": "{{ nothing }}",
    "another file": "{% include '/etc/passwd' %}",
}


@pytest.mark.parametrize("source", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_template_may_not_use(source: str) -> None:
    with pytest.raises((TemplateError, TypeError)):
        TemplateEnvironment().from_string(source).render(text="x", values={"a": 1})


def test_a_template_may_loop_count_and_look_up() -> None:
    source = "{% for each in rows %}{{ loop.index * 2 }}{{ each.title }}{{ each['title'] }}{% endfor %}"
    assert TemplateEnvironment().from_string(source).render(rows=[{"title": "督"}]) == "2督督"


def test_a_template_may_write_json_with_a_little_indent() -> None:
    assert TemplateEnvironment().from_string("{{ [1] | tojson(indent=2) }}").render() == "[\n  1\n]"


@pytest.mark.parametrize("indent", ["", "indent=2"])
def test_json_is_what_jinja2_itself_writes(indent: str) -> None:
    source, value = f"{{{{ value | tojson({indent}) }}}}", {"乙": ["<&>\"'", None, True], "甲": {"b": 1, "a": 0.5}}
    assert TemplateEnvironment().from_string(source).render(value=value) == Template(source).render(value=value)


def test_a_field_named_like_a_method_is_the_field() -> None:
    assert TemplateEnvironment().from_string("{{ notice.items }}").render(notice={"items": "三"}) == "三"
