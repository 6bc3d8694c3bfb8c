"""The judge knows nothing of its subject: what the audit imports."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT


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


FIDELITY = sorted(name for name in modules() if name.startswith("archiver.verify.fidelity."))


@pytest.mark.parametrize("name", FIDELITY)
def test_the_proof_of_fidelity_does_not_know_the_extraction(name: str) -> None:
    assert way_to_body(name) is None


def test_the_test_reads_imports() -> None:
    """The list of names is not empty, and a way to the extraction is found where there is one."""
    names = {name.rpartition(".")[2] for name in FIDELITY}
    assert {"points", "body_reference", "served_page"} <= names
    assert "archiver.verify.fidelity.tex2jax" in imports("archiver.verify.fidelity.body_reference")
    assert way_to_body("archiver.verify.checks") is not None
