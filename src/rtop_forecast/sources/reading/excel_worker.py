"""Reads one Excel workbook and prints its cells; run as a process of its own.

A damaged workbook can make the parser ask for more memory than there is, which ends its process. It ends this
one, and the library reports a broken file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

#: Address space of the process, in bytes; no workbook of the field comes near it.
MEMORY = 6 << 30


def main(arguments: Sequence[str]) -> int:
    """Print the sheets of a workbook as JSON."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import python_calamine

    workbook = python_calamine.CalamineWorkbook.from_path(arguments[0])
    sheets = [
        [name, [[plain(cell) for cell in row] for row in workbook.get_sheet_by_index(i).to_python()]]
        for i, name in enumerate(workbook.sheet_names)
    ]
    json.dump(sheets, sys.stdout)
    return 0


def plain(cell: Any) -> Any:
    """Cell as JSON holds it; dates and times as a pair of their kind and their ISO form."""
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    if isinstance(cell, time):
        return ["time", cell.isoformat()]
    if isinstance(cell, timedelta):
        return ["timedelta", cell.total_seconds()]
    return cell


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
