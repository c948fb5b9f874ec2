"""Objects of R data files, by the library `rdata`; a text that stands in many rows is parsed and decoded once."""

from __future__ import annotations

from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np

__all__ = ["r_objects"]

_HEADS = (b"RDX2\n", b"RDX3\n")
_XDR = b"X\n"
#: Flags and length that stand before each text.
_HEAD = Struct(">ii")
#: Of the flags: the type, and whether attributes follow the text.
_TYPE, _HAS_ATTRIBUTES, _CHAR = 0xFF, 0x200, 9


def r_objects(path: Path, content: bytes, rdata: Any) -> dict[str, Any]:
    """Objects of a file by name; that of an rds file is "data".

    Parameters
    ----------
    path : pathlib.Path
        The file; an rds file is told by its suffix.
    content : bytes
        Of the file, decompressed.
    rdata : module
        The library.

    Returns
    -------
    dict of str to object
        As ``rdata.read_rda`` and ``rdata.read_rds`` give them.
    """
    is_rds = path.suffix.lower() == ".rds"
    serialized = content if is_rds else _behind_head(content)
    made = _parser_and_converter(rdata, serialized) if serialized.startswith(_XDR) else None
    if made is None:
        # another form of the file, or a release of the library that is built otherwise
        return {"data": rdata.read_rds(path)} if is_rds else dict(rdata.read_rda(path))
    parser, converter = made
    parsed = parser.parse_all()
    parser.check_complete()
    found = converter.convert(parsed)
    return {"data": found} if is_rds else dict(found)


def _behind_head(content: bytes) -> bytes:
    return next((content[len(head) :] for head in _HEADS if content.startswith(head)), b"")


def _parser_and_converter(rdata: Any, serialized: bytes) -> tuple[Any, Any] | None:
    """Parser and converter that share equal texts; None where the library does not have the parts that they extend.

    The library makes several objects of every cell of a column of texts. A release repeats few names in many rows, so
    that sharing them takes a tenth of the time.
    """
    try:
        from rdata.parser._xdr import ParserXDR
    except ImportError:
        return None
    if not hasattr(ParserXDR, "_parse_vector_value") or not hasattr(
        rdata.conversion.SimpleConverter, "_convert_next"
    ):
        return None

    class Parser(ParserXDR):
        texts: dict[bytes, Any]

        def _parse_vector_value(self, *arguments: Any) -> list[Any]:
            count, found = self.parse_int(), []
            place = self.file.tell() + len(_XDR)
            known, last = self.texts.get, len(serialized) - _HEAD.size
            for _ in range(count):
                key = b""
                if place <= last:
                    flags, length = _HEAD.unpack_from(serialized, place)
                    if flags & _TYPE == _CHAR and not flags & _HAS_ATTRIBUTES:
                        key = serialized[place : place + _HEAD.size + max(length, 0)]
                text = known(key)
                if text is None:
                    self.file.seek(place - len(_XDR))
                    text = self.parse_R_object(*arguments)
                    place = self.file.tell() + len(_XDR)
                    if key:
                        self.texts[key] = text
                else:
                    place += len(key)
                found.append(text)
            self.file.seek(place - len(_XDR))
            return found

    text_vector = rdata.parser.RObjectType.STR

    class Converter(rdata.conversion.SimpleConverter):  # type: ignore[misc]
        def _convert_next(self, data: Any) -> Any:
            info = getattr(data, "info", None)
            if info is None or info.type != text_vector or info.attributes or info.object:
                return super()._convert_next(data)
            decoded = {id(text): text for text in data.value}
            decoded = {key: super(Converter, self)._convert_next(text) for key, text in decoded.items()}
            return np.array([decoded[id(text)] for text in data.value])

    parser = Parser(
        memoryview(serialized)[len(_XDR) :],
        expand_altrep=True,
        altrep_constructor_dict=rdata.parser.DEFAULT_ALTREP_MAP,
    )
    parser.texts = {}
    return parser, Converter()
