"""Which code this is: the release, and a digest of law and workflow, which decide what a case becomes."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_DECIDING = ("domain", "workflows")


@cache
def product() -> dict[str, str]:
    """Name, version, and SHA-256 over names and contents of the files of law and workflow."""
    version = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]["version"]
    digest = hashlib.sha256()
    for file in sorted(f for package in _DECIDING for f in (_ROOT / package).rglob("*.py")):
        digest.update(
            f"{file.relative_to(_ROOT).as_posix()}\n{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode()
        )
    return {"name": "mutasi", "version": version, "code": digest.hexdigest()}
