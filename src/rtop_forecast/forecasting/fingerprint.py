"""Fingerprints of models and arguments: every parameter with its bytes, every class and function with its source."""

from __future__ import annotations

import functools
import hashlib
import inspect
import sys
import sysconfig
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import quoted
from rtop_forecast.errors import InputError

__all__ = ["fingerprint", "model_parts"]

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = tuple(
    {str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(_PACKAGE)}
)
_SHORT = 32
# By scikit-learn's glossary these say how a fit is computed, not what it gives.
_WITHOUT_EFFECT = {"n_jobs", "verbose", "memory"}


def fingerprint(value: Any, *, name: str = "value") -> str:
    """Hash that tells two values apart if a computation could.

    Numbers, texts, arrays and tables count with their bytes, containers and objects with all that they hold. A class or
    function of an installed package counts by its name, one of the user's own by its source and by the values that
    it reads from its module or its closure.

    Parameters
    ----------
    value : object
    name : str
        As a message calls it.

    Returns
    -------
    str
        32 hexadecimal digits of SHA-256.

    Raises
    ------
    InputError
        If a part of the value cannot be read, as an open file.

    Examples
    --------
    >>> import numpy as np
    >>> long = np.zeros(5000)
    >>> other = long.copy()
    >>> other[2500] = 1.0
    >>> repr(long) == repr(other), fingerprint(long) == fingerprint(other)
    (True, False)
    >>> fingerprint({"a": 1, "b": 2.0}) == fingerprint({"b": 2.0, "a": 1})
    True
    """
    return _Reader(name).digest(value)[:_SHORT]


def model_parts(model: Any) -> dict[str, tuple[str, str]]:
    """Class and parameters of a model by name, those of nested estimators among them.

    Parameters
    ----------
    model : estimator
        With scikit-learn's ``get_params``.

    Returns
    -------
    dict of str to (str, str)
        Fingerprint and a short form to read: of ``"model"``, its class, and of ``"model parameter <name>"``.
        ``n_jobs``, ``verbose`` and ``memory`` do not count: they change no number.

    Raises
    ------
    InputError
        If a parameter cannot be read.
    """
    parts = {"model": _part(type(model), name="the model's class", text=type(model).__name__)}
    parameters = model.get_params(deep=True)
    for key in sorted(parameters):
        if key.rpartition("__")[2] in _WITHOUT_EFFECT:
            continue
        value = parameters[key]
        # the parameters of a nested estimator stand under names of their own
        nested = hasattr(value, "get_params") and not isinstance(value, type)
        text = type(value).__name__ if nested else quoted(value)
        label = f"model parameter {key}"
        parts[label] = _part(type(value) if nested else value, name=label, text=text)
    return parts


def _part(value: Any, *, name: str, text: str) -> tuple[str, str]:
    return fingerprint(value, name=name), text


class _Reader:
    """One walk through a value; an object met again inside itself counts as that."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.open: dict[int, int] = {}

    def digest(self, value: Any) -> str:
        """Hash of a value with its kind."""
        if isinstance(value, _PLAIN) and type(value) in _PLAIN:
            return _hash(type(value).__name__, repr(value).encode())
        if id(value) in self.open:
            return _hash("again", str(self.open[id(value)]).encode())
        self.open[id(value)] = len(self.open)
        try:
            return _hash(*self._content(value))
        finally:
            del self.open[id(value)]

    def _content(self, value: Any) -> tuple[str, bytes]:
        """Kind of a value and the bytes that tell it from others of its kind."""
        for kinds, read in _READERS:
            if isinstance(value, kinds):
                return read(self, value)
        if hasattr(value, "get_params"):
            parameters = value.get_params(deep=False)
            counted = {key: item for key, item in parameters.items() if key not in _WITHOUT_EFFECT}
            return "estimator", self.joined([type(value), counted])
        return "object", self._reduced(value)

    def _reduced(self, value: Any) -> bytes:
        """Parts that a copy of an object would be made from."""
        try:
            reduced = value.__reduce_ex__(4)
        except Exception as error:
            message = (
                f"{self.name} holds {quoted(value)}, whose content cannot be read ({error}). "
                "Build it from plain values, or leave out what needs its fingerprint."
            )
            raise InputError(message) from error
        if isinstance(reduced, str):
            return f"{type(value).__module__}.{reduced}".encode()
        parts = [list(part) if isinstance(part, Iterable) and index > 2 else part
                 for index, part in enumerate(reduced)]  # fmt: skip
        return self.joined([type(value), *parts])

    def joined(self, values: Iterable[Any]) -> bytes:
        """Hashes of several values, in order."""
        return "".join(self.digest(value) for value in values).encode()

    def several(self, values: Sequence[Any]) -> bytes:
        """Hashes of the values of a list, in order; plain ones, of which there may be millions, in one."""
        if all(type(value) in _PLAIN for value in values):
            texts = [f"{type(value).__name__} {value!r}" for value in values]
            return self.digest("\n".join(f"{len(text)} {text}" for text in texts)).encode()
        return self.joined(values)

    def sorted(self, values: Iterable[Any]) -> bytes:
        """Hashes of several values, whatever their order."""
        return "".join(sorted(self.digest(value) for value in values)).encode()

    def array(self, value: Any) -> tuple[str, bytes]:
        """Type, shape and bytes of an array."""
        array = np.asarray(value)
        head = f"{array.dtype.str}{array.shape}".encode()
        if array.dtype.hasobject:
            return "array", head + self.several(array.ravel().tolist())
        return "array", head + np.ascontiguousarray(array).tobytes()

    def frame(self, value: Any) -> tuple[str, bytes]:
        """Names, index and columns of a table, in order."""
        columns = [value.iloc[:, place].array for place in range(value.shape[1])]
        return "frame", self.joined([value.columns, value.index, *columns])

    def series(self, value: Any) -> tuple[str, bytes]:
        """Name, index and values of a series or an index."""
        index = value.index if isinstance(value, pd.Series) else None
        if isinstance(value, pd.MultiIndex):
            return "levels", self.joined([list(value.names), value.tolist()])
        return type(value).__name__, self.joined([value.name, index, value.array])

    def extension(self, value: Any) -> tuple[str, bytes]:
        """Type and values of pandas' own arrays; those around a plain array count with its bytes."""
        if isinstance(value, pd.arrays.NumpyExtensionArray):
            return self.array(value.to_numpy())
        return "pandas array", self.joined([str(value.dtype), list(value)])

    def mapping(self, value: Any) -> tuple[str, bytes]:
        """Class and entries of a mapping, whatever their order."""
        pairs = sorted(self.digest(key) + self.digest(item) for key, item in value.items())
        return "mapping", "".join(pairs).encode()

    def function(self, value: Any) -> tuple[str, bytes]:
        """Name of a package's function; source of one of the user's own, and what it reads."""
        place = f"{value.__module__}.{value.__qualname__}"
        if _is_installed(value) and "<" not in place:
            return "function", place.encode()
        cells = [cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)]
        read = {name: value.__globals__[name] for name in _names(value.__code__) if name in value.__globals__}
        parts = [_source(value), value.__defaults__, value.__kwdefaults__, cells, read]
        return "function", self.joined(parts)

    def method(self, value: Any) -> tuple[str, bytes]:
        """Owner and function of a bound method."""
        return "method", self.joined([value.__self__, value.__func__])

    def class_(self, value: Any) -> tuple[str, bytes]:
        """Class by its name; one of the user's own by the source of itself and of its parents too."""
        own = [one for one in value.__mro__ if not _is_installed(one)]
        # what a method reads from its module counts as it does for a function
        methods = [
            member for one in own for member in vars(one).values() if isinstance(member, types.FunctionType)
        ]
        named = f"{value.__module__}.{value.__qualname__}"
        return "class", named.encode() + self.joined([[_class_source(one) for one in own], methods])

    def partial(self, value: Any) -> tuple[str, bytes]:
        """Parts of a partial: its function and arguments."""
        return "partial", self.joined([value.func, value.args, value.keywords])

    def generator(self, value: Any) -> tuple[str, bytes]:
        """State of a random generator."""
        state = value.get_state(legacy=False) if hasattr(value, "get_state") else value.bit_generator.state
        return "generator", self.joined([state])


_Read = Callable[[_Reader, Any], tuple[str, bytes]]
_READERS: tuple[tuple[Any, _Read], ...] = (
    (type, _Reader.class_),
    (types.FunctionType, _Reader.function),
    (types.MethodType, _Reader.method),
    (types.ModuleType, lambda _, value: ("module", value.__name__.encode())),
    (
        (types.BuiltinFunctionType, np.ufunc, types.MethodDescriptorType, types.WrapperDescriptorType),
        lambda _, value: ("builtin", f"{getattr(value, '__module__', '')}.{value.__name__}".encode()),
    ),
    (types.CodeType, lambda reader, value: ("code", _code(reader, value))),
    (functools.partial, _Reader.partial),
    (Enum, lambda reader, value: ("enum", reader.joined([type(value), value.name]))),
    ((np.ndarray, np.generic), _Reader.array),
    ((np.random.RandomState, np.random.Generator), _Reader.generator),
    (pd.DataFrame, _Reader.frame),
    ((pd.Series, pd.Index), _Reader.series),
    (pd.api.extensions.ExtensionArray, _Reader.extension),
    (Mapping, _Reader.mapping),
    ((list, tuple), lambda reader, value: (type(value).__name__, reader.several(value))),
    ((set, frozenset), lambda reader, value: ("set", reader.sorted(value))),
)


def _hash(kind: str, content: bytes) -> str:
    return hashlib.sha256(f"{kind}\n{len(content)}\n".encode() + content).hexdigest()


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 (reading it is the question)
    except ValueError:
        return False
    return True


def _is_installed(value: Any) -> bool:
    """Whether a class or function comes with Python or a package, so that its name says what it does."""
    module = sys.modules.get(getattr(value, "__module__", None) or "")
    if module is None or module.__name__ == "__main__":
        return False
    file = getattr(module, "__file__", None)
    return file is None or str(Path(file).resolve()).startswith(_INSTALLED)


def _source(value: Any) -> Any:
    """Text of a function; its code where none was kept, as at a prompt, and of a lambda, whose line may hold others."""
    if value.__name__ == "<lambda>":
        return value.__code__
    try:
        return inspect.getsource(value)
    except (OSError, TypeError):
        return value.__code__


def _class_source(value: type) -> Any:
    """Text of a class; where none was kept, the code of its methods and its plain attributes."""
    try:
        return inspect.getsource(value)
    except (OSError, TypeError):
        return {
            name: member
            for name, member in vars(value).items()
            if isinstance(member, (*_PLAIN, types.FunctionType))
        }


def _names(code: types.CodeType) -> list[str]:
    """Names that a piece of code, or one inside it, looks up."""
    nested = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return sorted({*code.co_names, *(name for one in nested for name in _names(one))})


def _code(reader: _Reader, value: types.CodeType) -> bytes:
    return value.co_code + reader.joined([value.co_consts, value.co_names, value.co_varnames])
