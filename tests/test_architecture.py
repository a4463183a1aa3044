"""Architecture, executable: which way imports point, what the law may not call, what a file may not grow to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("domain", "evidence", "proof", "store", "workflows", "activities", "api", "pages", "runtime")

MAY_IMPORT = {
    "domain": set(),
    "proof": set(),
    "evidence": {"domain", "proof", "workflows"},
    "store": {"domain", "proof"},
    "workflows": {"domain"},
    "activities": {"domain", "proof", "store", "workflows", "runtime"},
    "api": {"domain", "evidence", "proof", "store", "workflows", "runtime"},
    "pages": {"domain", "store", "runtime", "api"},
    "runtime": {"domain", "evidence", "proof", "store", "workflows", "activities", "api", "pages", "worker"},
}
"""Dependencies point inward. `pages` ask `api` like any caller; `api` knows of `workflows` the contract alone.
`runtime` puts processes together.
"""

FOREIGN = {
    "domain": {"pydantic", "pydantic_core", "rfc8785"},
    "proof": {"cryptography"},
    "workflows": {"pydantic", "temporalio"},
}
"""What law, proofs and workflow may use besides the standard library."""

IMPURE_MODULES = {
    "time",
    "random",
    "os",
    "socket",
    "secrets",
    "subprocess",
    "threading",
    "asyncio",
    "logging",
    "pathlib",
}
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "open", "print", "input", "monotonic", "urandom"}


def modules(package: str) -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted((ROOT / package).rglob("*.py")):
        if "versions" not in file.parts:
            yield file, ast.parse(file.read_text())


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", PACKAGES)
def test_dependencies_point_inward(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    for file, tree in modules(package):
        for name in imports(tree):
            top = name.split(".")[0]
            assert top not in {*PACKAGES, "worker", "tests"} - allowed, f"{file.relative_to(ROOT)} imports {name}"


def test_the_api_knows_of_the_workflows_only_the_contract() -> None:
    for file, tree in modules("api"):
        for name in imports(tree):
            if name.startswith("workflows"):
                assert name.startswith("workflows.contract") or name == "workflows", f"{file} imports {name}"


@pytest.mark.parametrize("package", FOREIGN)
def test_law_and_workflow_use_few_libraries(package: str) -> None:
    """The workflow's import graph is loaded by every worker; the law's decides what replay depends on."""
    import sys

    for file, tree in modules(package):
        for name in imports(tree):
            top = name.split(".")[0]
            known = top in sys.stdlib_module_names or top in FOREIGN[package] or top in PACKAGES
            assert known, f"{file.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("package", ["domain", "proof", "workflows"])
def test_law_and_workflow_know_no_clock_no_chance_no_machine(package: str) -> None:
    allowed = {"workflows": {"asyncio"}}.get(package, set())
    for file, tree in modules(package):
        for name in imports(tree):
            assert name.split(".")[0] not in IMPURE_MODULES - allowed, f"{file.relative_to(ROOT)} imports {name}"
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            on = getattr(getattr(node.func, "value", None), "id", "")
            assert called not in IMPURE_CALLS or on == "workflow", (
                f"{file.relative_to(ROOT)}:{node.lineno} calls {called}"
            )


_WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+(\w+)", re.IGNORECASE)
_OF_CASES = {"ledger", "docket", "task", "command", "private_value", "participant"}


def test_only_the_commit_writes_cases() -> None:
    """The tables of the ledger and the read model are written by the commit and the rebuild, nothing else."""
    seen: set[str] = set()
    for package in PACKAGES:
        for file, tree in modules(package):
            for node in ast.walk(tree):
                for table in _written(node) & _OF_CASES:
                    seen.add(file.name)
                    assert file.name in ("writing.py", "rebuild.py"), f"{file.relative_to(ROOT)} writes {table}"
    assert seen == {"writing.py", "rebuild.py"}, "the guard no longer sees who writes"


def _written(node: ast.AST) -> set[str]:
    """The tables a statement writes: one in SQL, or one built from a table constant."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {name.lower() for name in _WRITES.findall(node.value)}
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("insert", "update", "delete"):
        return {getattr(a, "id", "").lower().removesuffix("row") for a in node.args}
    return set()


def test_only_the_desk_calls_the_engine() -> None:
    for file, tree in modules("api"):
        used = {n for n in imports(tree) if n.startswith("temporalio")}
        assert not used or file.name == "desk.py", f"{file.relative_to(ROOT)} imports {used}"


def test_nothing_needs_what_lies_outside_the_project() -> None:
    for package in (*PACKAGES, "tests"):
        for file, _ in modules(package):
            assert "../sha" + "red" not in file.read_text(), file
