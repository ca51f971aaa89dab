"""FEEL's built-in functions (DMN 1.3, 10.3.4), one module per kind. Importing this package registers them all."""

import engine.feel.builtins.contexts
import engine.feel.builtins.conversion
import engine.feel.builtins.lists
import engine.feel.builtins.numbers
import engine.feel.builtins.ranges
import engine.feel.builtins.strings
import engine.feel.builtins.temporal  # noqa: F401
