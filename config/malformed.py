"""Malformed YAML: what the parser says of it, in words for whoever wrote the file."""

import yaml

_UNCLOSED = {
    "while parsing a flow sequence": ("did not find expected ',' or ']'", "the [ that opens here is not closed"),
    "while parsing a flow mapping": ("did not find expected ',' or '}'", "the { that opens here is not closed"),
    "while scanning a quoted scalar": (
        "found unexpected end of stream",
        "the quotation mark that opens here is not closed",
    ),
}
"""Context of the parser: its problem, and ours; these stand where something opens, not where the file ends."""
_INDENTED = "does not fit the lines above; check the indentation, and put text with quotation marks into quotes"
_PROBLEMS = {
    "found a tab character that violates indentation": "a tab cannot indent; use spaces",
    "found character that cannot start any token": "a value cannot begin with this; put it into quotes (or, if it is a "
    "tab, use spaces)",
    "mapping values are not allowed in this context": "a colon is not expected here; is a line above without its "
    "`: `, is the indentation wrong, or does a text with a colon lack its quotes?",
    "could not find expected ':'": "expected `field: value`; is the line above without its `: `, a colon and a space?",
    "did not find expected '-' indicator": _INDENTED,
    "did not find expected key": _INDENTED,
    "did not find expected node content": "expected a value here; is a [ or { above not closed?",
    "found unknown escape character": 'a backslash within " needs another one before it, or use single quotes',
}


def malformed(error: yaml.MarkedYAMLError) -> tuple[int, int, str]:
    """Line, column and message of a parser's error; lines and columns count from 1."""
    problem = error.problem or error.context or "cannot be understood"
    expected, unclosed = _UNCLOSED.get(error.context or "", ("", ""))
    if problem == expected:
        mark, words = error.context_mark, unclosed
    else:
        mark, words = error.problem_mark or error.context_mark, _PROBLEMS.get(problem, problem)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return line, column, f"malformed YAML: {words}"
