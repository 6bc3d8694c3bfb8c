"""The rooms of the package and the arrows between them are those of docs/architecture.md.

A room is a folder of archiver/. A part is a folder of a room. The modules beside the rooms are the
ground floor, which every room may import. The order of the table in docs/architecture.md is the
order of the rooms, from top to bottom.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Mapping, Set
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest
from conftest import ROOT

Graph: TypeAlias = Mapping[str, Set[str]]

PAGE = "docs/architecture.md"
#: Rooms whose files may have the name of another room's file: each names its file after the thing
#: that it is the command, the pipeline or the demo page of.
NAMESAKES = {"commands", "demo", "pipelines"}
#: The way in, from ``python -m archiver``: above all rooms, though it lies beside them.
DOOR = "__main__"
#: The proof of fidelity must never come to import what it judges.
JUDGE, JUDGED = "archiver.verify.fidelity", "archiver.body"

# --- The imports ----------------------------------------------------------------------------------


@cache
def modules() -> dict[str, Path]:
    """The modules of the package by name."""
    paths = (ROOT / "archiver").rglob("*.py")
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {name.removesuffix(".__init__"): path for path, name in names.items()}


@cache
def imports(name: str) -> frozenset[str]:
    """The modules of the package that one imports, wherever in it the import stands.

    Of the package itself only what it loads: `archiver.load` is for those who call it.
    """
    found: set[str] = set()
    tree = ast.parse(modules()[name].read_text("utf-8"))
    for node in tree.body if name == "archiver" else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports relatively"
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= whole if whole <= modules().keys() else {*whole, node.module or ""}
    return frozenset(found & modules().keys())


def room_of(name: str) -> str:
    """The room of a module; its own name on the ground floor."""
    return name.split(".")[1] if "." in name else name


def is_room(name: str) -> bool:
    return f"archiver.{name}" in packages()


@cache
def packages() -> frozenset[str]:
    return frozenset(name for name, path in modules().items() if path.name == "__init__.py")


def collapse(level: int, inside: str = "archiver") -> dict[tuple[str, str], str]:
    """The arrows between the entries of a package, each with an import that makes it.

    ``level`` is how many names an entry has: 2 for ``archiver.run``.
    """
    arrows: dict[tuple[str, str], str] = {}
    for name in sorted(modules()):
        for imported in sorted(imports(name)):
            if name.startswith(f"{inside}.") and imported.startswith(f"{inside}."):
                ends = (entry(name, level), entry(imported, level))
                if ends[0] != ends[1]:
                    path = modules()[name].relative_to(ROOT)
                    arrows.setdefault(ends, f"{path} imports {imported}")
    return arrows


def entry(name: str, level: int) -> str:
    return ".".join(name.split(".")[:level]).rpartition(".")[2]


@cache
def room_arrows() -> dict[tuple[str, str], str]:
    """The arrows between rooms, without those to the ground floor."""
    return {ends: why for ends, why in collapse(2).items() if all(map(is_room, ends))}


def graph_of(arrows: Set[tuple[str, str]]) -> dict[str, set[str]]:
    graph = defaultdict[str, set[str]](set)
    for start, end in arrows:
        graph[start].add(end)
    return graph


def reachable(graph: Graph, start: str) -> set[str]:
    """What can be reached from a node, itself only on a circle."""
    found: set[str] = set()
    waiting = list(graph.get(start, ()))
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += graph.get(node, ())
    return found


def circles(graph: Graph) -> list[list[str]]:
    """The nodes that lie on circles, those of one circle together."""
    ways = {node: reachable(graph, node) for node in graph}
    groups = {
        tuple(sorted(other for other in way if node in ways.get(other, ())))
        for node, way in ways.items()
        if node in way
    }
    return sorted(map(list, groups))


def direct(graph: Graph) -> set[tuple[str, str]]:
    """The arrows that say something new: no way over other nodes leads to the same end."""
    return {
        (start, end)
        for start, ends in graph.items()
        for end in ends
        if not any(end in reachable(graph, other) for other in ends - {end})
    }


# --- The page -------------------------------------------------------------------------------------


@cache
def page() -> str:
    return (ROOT / PAGE).read_text("utf-8")


def table(heading: str) -> dict[str, list[list[str]]]:
    """The rows of the table below a heading by the first name in each: the names in every cell."""
    section = page().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| `")]
    cells = [[re.findall(r"`([^`]+)`", cell) for cell in row] for row in rows]
    return {row[0][0].rstrip("/"): row for row in cells}


@cache
def described_rooms() -> dict[str, set[str]]:
    """The rooms of the page from top to bottom, each with the rooms that it imports."""
    return {room: set(row[-1]) for room, row in table("The rooms").items() if is_room(room)}


def picture() -> set[tuple[str, str]]:
    """The arrows of the picture."""
    drawing = page().partition("```mermaid\n")[2].partition("```")[0]
    return set(re.findall(r"^ +(\w+) --> (\w+)$", drawing, re.MULTILINE))


def report(lines: Set[str] | list[str]) -> None:
    assert not lines, "\n".join(["", *sorted(lines), f"See {PAGE}."])


# --- The rooms ------------------------------------------------------------------------------------


def test_page_describes_all_rooms() -> None:
    """A new folder gets a row that says its one job; a row without a folder goes."""
    rooms = {name.split(".")[1] for name in packages() if name.count(".") == 1}
    report(
        [f"{PAGE}: add a row for archiver/{room}/" for room in rooms - described_rooms().keys()]
        + [
            f"{PAGE}: there is no archiver/{room}/ (any more)"
            for room in table("The rooms").keys() - rooms
            if f"archiver.{room.removesuffix('.py')}" not in modules()
        ]
    )


def test_the_package_itself_loads_nothing() -> None:
    """Else every module would load what `archiver.load` needs, and stand in a circle with it."""
    report([f"archiver/__init__.py imports {name} at its top" for name in imports("archiver")])
    assert "`archiver/__init__.py`" in page()


def test_page_names_the_ground_floor() -> None:
    """A module beside the rooms may be imported by all, so there is a reason for each."""
    loose = {name.split(".")[1] for name in modules().keys() - packages() if name.count(".") == 1}
    report([f"{PAGE}: name {name}.py, or put it into a room" for name in loose - ground_floor()])


def ground_floor() -> set[str]:
    return {name.removesuffix(".py") for name in table("The rooms") if name.endswith(".py")}


def test_ground_floor_imports_no_room() -> None:
    arrows = collapse(2).items()
    floor = [(ends, why) for ends, why in arrows if not is_room(ends[0]) and ends[0] != DOOR]
    report([why for (_, end), why in floor if is_room(end)])


def test_nothing_imports_the_door() -> None:
    report([why for (_, end), why in collapse(2).items() if end == DOOR])


def test_rooms_import_downwards() -> None:
    """What two rooms need is in the lower one, or comes as an argument from above."""
    order = list(described_rooms())
    report(
        [
            f"{why}, but the room {end} is above {start}: move what both need into {start} or below"
            f" it, or let the caller in {end} hand it over"
            for (start, end), why in room_arrows().items()
            if order.index(end) < order.index(start)
        ]
    )


def test_page_names_all_imports() -> None:
    told = {(room, other) for room, others in described_rooms().items() for other in others}
    arrows = room_arrows()
    report(
        [
            f"{PAGE}: add `{end}` to the last cell of the row `{start}/`, or do without it:"
            f" {arrows[start, end]}"
            for start, end in arrows.keys() - told
        ]
        + [
            f"{PAGE}: remove `{end}` from the last cell of the row `{start}/`: nothing imports it"
            for start, end in told - arrows.keys()
        ]
    )


def test_picture_shows_the_rooms_and_their_arrows() -> None:
    """It leaves out the arrows along which other arrows lead, to be seen at a glance."""
    order = list(described_rooms())
    downwards = {ends for ends in room_arrows() if order.index(ends[0]) < order.index(ends[1])}
    arrows = direct(graph_of(downwards))
    report(
        [f"{PAGE}, picture: add the line `    {a} --> {b}`" for a, b in arrows - picture()]
        + [f"{PAGE}, picture: remove the line `    {a} --> {b}`" for a, b in picture() - arrows]
        + [
            f"{PAGE}, picture: the room {room} is missing"
            for room in described_rooms().keys() - {end for ends in picture() for end in ends}
        ]
    )


# --- The parts of rooms ---------------------------------------------------------------------------


def test_page_names_the_parts_of_rooms() -> None:
    """In an order in which none imports one before it."""
    described = {room: row[1] for room, row in table("The parts of a room").items()}
    for room in described_rooms():
        parts = {name.split(".")[2] for name in packages() if name.startswith(f"archiver.{room}.")}
        order = [part.rstrip("/").removesuffix(".py") for part in described.get(room, [])]
        report([f"{PAGE}: name {room}/{part}/ among the parts" for part in parts - set(order)])
        arrows = collapse(3, f"archiver.{room}").items()
        report(
            [
                f"{why}, but {end} stands before {start} among the parts"
                for (start, end), why in arrows
                if {start, end} <= set(order) and order.index(end) < order.index(start)
            ]
        )


def test_files_and_parts_of_a_room_import_in_no_circle() -> None:
    for room in described_rooms():
        arrows = collapse(3, f"archiver.{room}")
        found = [set(circle) for circle in circles(graph_of(arrows.keys()))]
        report(
            [
                f"archiver/{room}/ has a circle: {why}"
                for ends, why in arrows.items()
                if any(set(ends) <= circle for circle in found)
            ]
        )


# --- The files ------------------------------------------------------------------------------------


def test_no_modules_import_one_another_in_a_circle() -> None:
    graph = {name: imports(name) for name in modules()}
    report([f"a circle of imports: {', '.join(circle)}" for circle in circles(graph)])


def test_a_file_name_is_used_once() -> None:
    """The name alone tells which file is meant."""
    named = defaultdict[str, list[str]](list)
    for name in modules().keys() - packages():
        if room_of(name) not in NAMESAKES:
            named[name.rpartition(".")[2]].append(name)
    report(
        [
            f"{' and '.join(sorted(names))} have the same name: name each for what it alone holds"
            for names in named.values()
            if len(names) > 1
        ]
    )


# --- The proof of fidelity ------------------------------------------------------------------------


def way_to_body(name: str) -> list[str] | None:
    """How a module comes to import the extraction, directly or through others."""
    ways, seen = [[name]], {name}
    while ways:
        way = ways.pop()
        for imported in loaded_by(way[-1]) - seen:
            if imported.startswith(JUDGED):
                return [*way, imported]
            seen.add(imported)
            ways.append([*way, imported])
    return None


def loaded_by(name: str) -> set[str]:
    """The modules that Python loads for a module: with each the packages that it is in."""
    names = {name, *imports(name)}
    parts = {
        ".".join(one.split(".")[:end]) for one in names for end in range(1, len(one.split(".")))
    }
    return (names | parts) - {name}


FIDELITY = sorted(name for name in modules() if name.startswith(f"{JUDGE}."))


@pytest.mark.parametrize("name", FIDELITY)
def test_the_proof_of_fidelity_does_not_know_the_extraction(name: str) -> None:
    """Else one mistake could be made twice, and would not be found."""
    assert way_to_body(name) is None


# --- The tests themselves -------------------------------------------------------------------------


def test_the_test_reads_imports() -> None:
    """The list of names is not empty, and a way to the extraction is found where there is one."""
    names = {name.rpartition(".")[2] for name in FIDELITY}
    assert {"points", "body_reference", "served_page"} <= names
    assert f"{JUDGE}.tex2jax" in imports(f"{JUDGE}.body_reference")
    assert way_to_body("archiver.verify.checks") is not None
    assert ("spiders", "network") in room_arrows()
    assert described_rooms()["demo"] == set()


def test_the_test_finds_circles_and_detours() -> None:
    graph = graph_of({("a", "b"), ("b", "c"), ("c", "b"), ("d", "d2")})
    assert circles(graph) == [["b", "c"]]
    assert direct(graph_of({("a", "b"), ("b", "c"), ("a", "c")})) == {("a", "b"), ("b", "c")}
