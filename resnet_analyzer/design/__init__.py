"""The design language: a network of one's own in YAML or JSON, read, changed and written.

`examine` reads a file and notes everything that is wrong with it, each with its place; `write_design` writes a
graph as a design; the edits change a text and leave its comments and layout alone.
"""

from ._edit import (
    Edit,
    Suggestion,
    applied,
    insert_entry,
    insert_pair,
    key_text,
    remove_entry,
    remove_pair,
    replace,
    spelled,
)
from ._entry import Entry, Problem, quoted, set_field
from ._expression import ExpressionError, evaluate
from ._fields import Field, FieldError, kind_of, op_fields, read_shape, whole_number
from ._read import Reading, examine, examine_text
from ._schema import schema
from ._state import Failure
from ._text import MAX_BYTES, Items, Pairs, Place, Scalar, SyntaxProblem, Text, Value, decoded, read_bytes
from ._vocabulary import VOCABULARY
from ._write import differences, flow, spelled_input, write_design
