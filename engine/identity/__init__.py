"""What people type about themselves: numbers, names and phones, each with one rule for what is right and one way of writing it.

Pure: no database, no clock. Intake, forms, item files, departments, search and the public page ask here, so that all give one answer.

| question | function |
|---|---|
| can anything of this text be seen? | `is_blank`, `hidden` |
| is this number right, and if not, why? | `complaint_about` with a format of `FORMATS`; `ID_TYPES` are the documents of a natural person |
| how is it stored? | `normalise_as` (with the format), `normalise` (any number), `normalise_name` |
| how is it looked for? | `normalise`, `fragments` (for the database), `matches`, `name_key` |
| what does a page show to those who need not know? | `mask_id_no`, `mask_name`, `mask_phone`, `mask_person` |
"""

from __future__ import annotations

from engine.identity.blanks import half_width, hidden, is_blank
from engine.identity.formats import FORMATS, ID_TYPES, complaint_about, fragments, id_type_of, matches, normalise_as
from engine.identity.masks import PERSONAL, mask, mask_address, mask_id_no, mask_name, mask_person, mask_phone
from engine.identity.names import name_key, normalise_name
from engine.identity.numbers import Complaint, id_check_digit, normalise, uscc_check_letter

__all__ = [
    'FORMATS',
    'ID_TYPES',
    'PERSONAL',
    'Complaint',
    'complaint_about',
    'fragments',
    'half_width',
    'hidden',
    'id_check_digit',
    'id_type_of',
    'is_blank',
    'mask',
    'mask_address',
    'mask_id_no',
    'mask_name',
    'mask_person',
    'mask_phone',
    'matches',
    'name_key',
    'normalise',
    'normalise_as',
    'normalise_name',
    'uscc_check_letter',
]
