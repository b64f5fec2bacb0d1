"""Consistency: rules between the fields of one entry, all of them checked, whichever of the fields are wrong."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Self, TypeVar, get_args

from pydantic import ModelWrapValidatorHandler, TypeAdapter, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from config.validation import Strict

_BUILT_IN = frozenset(get_args(ErrorType))
RuleT = TypeVar("RuleT", bound=Callable[[Any], Iterator[ValueError]])


def rule(method: RuleT) -> RuleT:
    """Mark a method of a `Consistent` schema that gives what does not fit: `FieldError`s, or errors of the whole.

    It may look at fields only: beside other faults it is given the fields that hold instead of the entry, and says
    nothing more once it asks for one that does not.
    """
    method.is_rule = True  # type: ignore[attr-defined] # read by `Consistent`
    return method


class Consistent(Strict):
    """Base of the schemas whose fields must fit together; see `rule`."""

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, data: object, validated: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            entry = validated(data)
        except ValidationError as error:
            faults = [_again(each) for each in error.errors(include_url=False)]
            broken = _broken(cls, _what_holds(cls, data, faults))
            raise ValidationError.from_exception_data(error.title, [*faults, *broken]) from error
        if broken := _broken(cls, entry):
            raise ValidationError.from_exception_data(cls.__name__, broken)
        return entry


def _again(details: Mapping[str, Any]) -> InitErrorDetails:
    kind = details["type"]
    return InitErrorDetails(
        type=kind if kind in _BUILT_IN else PydanticCustomError(kind, details["msg"]),
        loc=details["loc"],
        input=details["input"],
        ctx=details.get("ctx", {}),
    )


def _broken(model: type[Consistent], entry: object) -> list[InitErrorDetails]:
    found: list[InitErrorDetails] = []
    for method in vars(model).values():
        if getattr(method, "is_rule", False):
            found += (
                InitErrorDetails(type="value_error", input=entry, ctx={"error": each}) for each in _asked(method, entry)
            )
    return found


def _asked(method: Callable[[object], Iterator[ValueError]], entry: object) -> Iterator[ValueError]:
    """What a rule says of an entry, up to the first field that does not hold."""
    try:
        yield from method(entry)
    except AttributeError:
        if not isinstance(entry, SimpleNamespace):
            raise


def _what_holds(model: type[Consistent], data: object, faults: list[InitErrorDetails]) -> SimpleNamespace:
    """The fields without a fault; one that a misspelt name stands for is at fault as well."""
    found = SimpleNamespace()
    if not isinstance(data, Mapping):
        return found
    names = {field.alias or name: name for name, field in model.model_fields.items()}
    wrong = {str(each["loc"][0]) for each in faults if each.get("loc")}
    wrong |= {meant for name in wrong - names.keys() for meant in difflib.get_close_matches(name, names, 1)}
    for key in names.keys() - wrong:
        field = model.model_fields[names[key]]
        held = (
            TypeAdapter(field.rebuild_annotation()).validate_python(data[key])
            if key in data
            else field.get_default(call_default_factory=True)
        )
        setattr(found, names[key], held)
    return found
