"""What a parsed form is: frozen components in the order the analyst drew them, and what checks want to know about its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KEYED = frozenset(
    {'textfield', 'textarea', 'number', 'datetime', 'expression', 'filepicker', 'checkbox', 'checklist', 'radio', 'select', 'taglist'}
)
CONTAINERS = frozenset({'group', 'dynamiclist'})
PRESENTATION = frozenset({'text', 'image', 'table', 'separator', 'spacer', 'button'})
SUPPORTED = KEYED | CONTAINERS | PRESENTATION
SINGLE_CHOICE = frozenset({'radio', 'select'})
MULTIPLE_CHOICE = frozenset({'checklist', 'taglist'})

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class FormProblem:
    """One reason why a form cannot be used (or, as a warning, a thing worth knowing).

    `where` is the JSON path of the component, e.g. `components[2].components[0]`; `id` and `key` are what the form editor shows.
    """

    code: str
    where: str
    message: str
    zh: str
    id: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        name = self.id or self.key or self.where or 'form'
        return f'{name} ({self.where or "form"}): {self.message}'


class FormError(ValueError):
    """The form cannot be used; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: tuple[FormProblem, ...]) -> None:
        super().__init__('; '.join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, eq=False)
class Component:
    """One component. `path` is its own part of the binding path (key or path split at the dots, () for a plain group)."""

    type: str
    id: str
    where: str
    path: tuple[str, ...]
    props: Mapping[str, Any]
    components: tuple[Component, ...] = ()

    @property
    def keyed(self) -> bool:
        """Holds a value of its own."""
        return self.type in KEYED

    @property
    def repeating(self) -> bool:
        """A dynamic list that repeats its children (form-js lets `isRepeating` switch that off)."""
        return self.type == 'dynamiclist' and self.props.get('isRepeating', True) is not False

    @property
    def key(self) -> str | None:
        """The key (or path) as the analyst typed it."""
        return '.'.join(self.path) or None

    @property
    def label(self) -> str:
        """The label, perhaps a template; a date or time field has its label elsewhere."""
        if self.type == 'datetime':
            labels = [self.props.get('dateLabel'), self.props.get('timeLabel')]
            chosen = {'date': labels[:1], 'time': labels[1:]}.get(self.subtype, labels)
            return ' / '.join(str(label) for label in chosen if label) or str(self.props.get('label') or '')
        return str(self.props.get('label') or '')

    @property
    def subtype(self) -> str:
        """date, time or datetime."""
        return str(self.props.get('subtype') or 'date')

    @property
    def rules(self) -> Mapping[str, Any]:
        """The `validate` object."""
        return self.props.get('validate') or {}

    @property
    def required(self) -> bool:
        return bool(self.rules.get('required'))

    @property
    def disabled(self) -> bool:
        return self.props.get('disabled') is True

    @property
    def hide(self) -> str | None:
        """The hide condition, a FEEL text beginning with `=`."""
        condition = self.props.get('conditional')
        return (condition.get('hide') or None) if isinstance(condition, Mapping) else None

    @property
    def extras(self) -> Mapping[str, Any]:
        """Custom properties of the form editor; ours are `personal`, `format` and `max_size`."""
        return self.props.get('properties') or {}

    @property
    def can_change_rows(self) -> bool:
        """Whether rows may be added and removed."""
        return self.props.get('allowAddRemove', True) is not False


@dataclass(frozen=True, eq=False)
class Form:
    """A form ready for use: made by `parse_form` or `convert_form_data`, never by hand.

    `defaults` are the defaults of generated fields that are evaluated when the form opens: the text with `${…}` by key.
    """

    id: str
    components: tuple[Component, ...]
    schema: Mapping[str, Any]
    warnings: tuple[FormProblem, ...] = field(default=())
    defaults: Mapping[str, str] = field(default_factory=dict)

    def walk(self) -> Iterator[tuple[Component, tuple[str, ...]]]:
        """Every component with its full path; `[]` stands for the row of a dynamic list."""
        yield from _walk(self.components, ())


def _walk(components: tuple[Component, ...], base: tuple[str, ...]) -> Iterator[tuple[Component, tuple[str, ...]]]:
    for component in components:
        path = base + component.path
        yield component, path
        yield from _walk(component.components, (*path, '[]') if component.repeating else path)


@dataclass(frozen=True)
class FieldInfo:
    """One field for checks and case pages. `key` is the full path: `applicant.name`, rows as `partners[].name`.

    `personal` is id_number, name or phone when pages must mask the value; `format` names one or several of
    `engine.identity.FORMATS`.
    """

    key: str
    id: str
    type: str
    label: str
    required: bool
    writes: bool
    readonly: bool
    personal: str | None = None
    format: str | None = None

    @property
    def variable(self) -> str:
        """The process variable the field lives in: the first segment of the key."""
        return self.key.split('.', 1)[0].removesuffix('[]')


@dataclass(frozen=True)
class FieldError:
    """One complaint about one field instance. `zh` is for the page, `en` is form-js's sentence, `code` never changes."""

    id: str
    path: Path
    code: str
    zh: str
    en: str
    label: str = ''

    @property
    def key(self) -> str:
        """The path with dots, rows as numbers counted from 0: `partners.0.name`."""
        return '.'.join(str(part) for part in self.path)

    @property
    def indexes(self) -> tuple[int, ...]:
        """Row numbers, outermost first, counted from 0."""
        return tuple(part for part in self.path if isinstance(part, int))


@dataclass(frozen=True)
class Result:
    """What a submission came to. `data` is only to be used when `ok`."""

    data: dict[str, Any]
    errors: tuple[FieldError, ...]

    @property
    def ok(self) -> bool:
        return not self.errors
