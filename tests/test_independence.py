"""The judge knows nothing of its subject: what the audit imports."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

#: What verifies an archive against the extraction itself; these are no proof of fidelity, and the
#: proof imports none of them.
VERIFY = {"checks", "derived", "fidelity", "page"}


@cache
def modules() -> dict[str, Path]:
    """The modules of the package by name."""
    paths = (ROOT / "archiver").rglob("*.py")
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {name.removesuffix(".__init__"): path for path, name in names.items()}


@cache
def imports(name: str) -> frozenset[str]:
    """The modules of the package that one imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(modules()[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports relatively"
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found & modules().keys())


def way_to_body(name: str) -> list[str] | None:
    """How a module comes to import the extraction, directly or through others."""
    ways, seen = [[name]], {name}
    while ways:
        way = ways.pop()
        for imported in imports(way[-1]) - seen:
            if imported.startswith("archiver.body"):
                return [*way, imported]
            seen.add(imported)
            ways.append([*way, imported])
    return None


AUDIT = sorted(name for name in modules() if name.startswith("archiver.audit."))
FIDELITY = [name for name in AUDIT if name.rpartition(".")[2] not in VERIFY]


@pytest.mark.parametrize("name", FIDELITY)
def test_the_proof_of_fidelity_does_not_know_the_extraction(name: str) -> None:
    assert way_to_body(name) is None


@pytest.mark.parametrize("name", sorted(VERIFY))
def test_only_what_must_know_the_extraction_does(name: str) -> None:
    """A name that is not needed any more leaves the list."""
    assert way_to_body(f"archiver.audit.{name}") is not None


def test_the_points_of_fidelity_are_among_them() -> None:
    """The list of names is not empty, and the test reads imports that are there."""
    assert {f"archiver.audit.{name}" for name in ("points", "reading", "served")} <= set(FIDELITY)
    assert "archiver.audit.tex2jax" in imports("archiver.audit.reading")
