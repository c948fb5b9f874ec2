"""The package as rooms and arrows: which package imports which, on how many levels, and whether any circle is left.

A room is a package or a module directly under the source folder; an arrow is at least one import from one room to
another, anywhere in its modules. The level of a room is the longest chain of imports below it. Nothing is imported:
the sources are read as text.

    python benchmarks/import_graph.py                  # levels, rooms, arrows
    python benchmarks/import_graph.py --json
    python benchmarks/import_graph.py --src OTHER/src/rtop_forecast --json
"""

from __future__ import annotations

import argparse
import ast
import json
from pathlib import Path

SRC = Path(__file__).resolve().parents[1] / "src" / "rtop_forecast"


def room_of(path: Path, src: Path) -> str:
    """First part of a module's path below the package."""
    return path.relative_to(src).parts[0].removesuffix(".py")


def imported_rooms(path: Path, src: Path) -> set[str]:
    """Rooms that a module imports from; public names of the package itself count as the room that holds them."""
    package = src.name
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module]
            if node.module == package:
                names = [f"{package}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == package and len(parts) > 1 and is_room(src, parts[1]):
                found.add(parts[1])
    return found


def is_room(src: Path, name: str) -> bool:
    """Whether a package or a module of that name lies directly under the source folder."""
    return (src / name).is_dir() or (src / f"{name}.py").is_file()


def graph(src: Path) -> dict[str, set[str]]:
    """Rooms that each room imports from."""
    rooms: dict[str, set[str]] = {}
    for path in sorted(src.rglob("*.py")):
        room = room_of(path, src)
        if room == "__init__":
            continue
        rooms.setdefault(room, set()).update(imported_rooms(path, src) - {room})
    return rooms


def circles(rooms: dict[str, set[str]]) -> list[list[str]]:
    """Find the groups of rooms that import each other, directly or through others."""
    reach = {room: reachable(rooms, room) for room in rooms}
    groups = {
        frozenset({room, *(other for other in reach[room] if room in reach[other])})
        for room in rooms
        if room in reach[room]
    }
    return sorted(sorted(group) for group in groups)


def reachable(rooms: dict[str, set[str]], start: str) -> set[str]:
    """Rooms that a room imports, directly or through others; itself only within a circle."""
    found: set[str] = set()
    waiting = list(rooms[start])
    while waiting:
        room = waiting.pop()
        if room not in found:
            found.add(room)
            waiting += rooms.get(room, set())
    return found


def levels(rooms: dict[str, set[str]]) -> list[list[str]]:
    """Rooms by the longest chain of imports below them, the lowest first; rooms of a circle share a level."""
    height: dict[str, int] = {}
    in_circle = {room: frozenset(group) for group in circles(rooms) for room in group}

    def measured(room: str) -> int:
        if room not in height:
            group = in_circle.get(room, frozenset({room}))
            below = set().union(*(rooms.get(one, set()) for one in group)) - group
            value = 1 + max((measured(one) for one in below), default=-1)
            height.update(dict.fromkeys(group, value))
        return height[room]

    for room in rooms:
        measured(room)
    return [sorted(room for room in height if height[room] == n) for n in range(max(height.values()) + 1)]


def main() -> None:
    """Print the graph."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--src", type=Path, default=SRC, help="folder of the package")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    src = options.src.resolve()
    rooms = graph(src)
    floors = levels(rooms)
    figures = {
        "rooms": len(rooms),
        "levels": len(floors),
        "arrows": sum(len(targets) for targets in rooms.values()),
        "circles": circles(rooms),
        "files_directly_under": len([path for path in src.iterdir() if path.is_file()]),
        "modules": len(list(src.rglob("*.py"))),
        "by_level": floors,
        "imports": {room: sorted(targets) for room, targets in sorted(rooms.items())},
    }
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for number, floor in reversed(list(enumerate(floors))):
        print(f"{number:>2}  {'  '.join(floor)}")
    print(
        f"{figures['rooms']} rooms on {figures['levels']} levels, {figures['arrows']} arrows, "
        f"{len(figures['circles'])} circles, {figures['files_directly_under']} files directly under {src.name}"
    )


if __name__ == "__main__":
    main()
