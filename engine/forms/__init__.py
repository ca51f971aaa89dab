"""Forms of the form editor (form-js JSON), read, filled, checked and cleaned on the server.

The face of this room: `parse_form` and `convert_form_data` make a `Form`; `read_post` reads an HTML page; `validate` checks and cleans
a submission; `present` says what a page shows; `fields` and `variables` say what a form reads and writes.
"""

from engine.forms.documents import document_ids, has_file_fields, with_documents
from engine.forms.filling import Filling
from engine.forms.generated import convert_form_data
from engine.forms.model import Component, FieldError, FieldInfo, Form, FormError, FormProblem, Result
from engine.forms.options import Option
from engine.forms.parse import form_from_schema, parse_form
from engine.forms.post import Post, component_named, name_of, read_post
from engine.forms.presentation import PresentedForm, PresentedNode, longest, present
from engine.forms.submission import validate
from engine.forms.variables import Variables, fields, variables

__all__ = [
    'Component',
    'FieldError',
    'FieldInfo',
    'Filling',
    'Form',
    'FormError',
    'FormProblem',
    'Option',
    'Post',
    'PresentedForm',
    'PresentedNode',
    'Result',
    'Variables',
    'component_named',
    'convert_form_data',
    'document_ids',
    'fields',
    'form_from_schema',
    'has_file_fields',
    'longest',
    'name_of',
    'parse_form',
    'present',
    'read_post',
    'validate',
    'variables',
    'with_documents',
]
