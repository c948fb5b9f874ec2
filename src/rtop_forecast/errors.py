"""The exceptions of the library.

Every message gives the rule, the count, the first offender and how to fix it.
"""

from __future__ import annotations


class InputError(ValueError):
    """An argument, a file or a table breaks a stated rule."""


class InputTypeError(InputError, TypeError):
    """Input whose type cannot be read as numbers; also a TypeError, which scikit-learn's checks expect."""


class LeakageError(ValueError):
    """A computation would use a value that was not known at its date."""


class DataIntegrityError(RuntimeError):
    """Bundled or downloaded data contradict their own description."""


class CoverageError(LookupError):
    """A state, year or variable lies outside what the data cover."""


class DownloadError(OSError):
    """A release cannot be downloaded: no answer, no such file, or a connection that breaks off."""


class StorageError(OSError):
    """A result cannot be written, as on a full disk; the message says what is still whole."""
