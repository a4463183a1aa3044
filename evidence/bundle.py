"""Packing the evidence of a case: what is said, the files it names, the verifier, and the page that shows it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evidence import report, verify

_VERIFIER = Path(__file__).parent / "verify.py"


def pack(said: Mapping[str, Any], files: Mapping[str, bytes], words: report.Words) -> bytes:
    """The bundle: the same bytes for the same evidence, whenever and wherever it is packed."""
    whole = {**said, "format": verify.FORMAT, "files": {name: verify.sha256(raw) for name, raw in files.items()}}
    return verify.zipped({
        **files,
        "bundle.json": verify.canonical(whole),
        "verify.py": _VERIFIER.read_bytes(),
        "LAPORAN.html": report.page(whole, words),
    })  # fmt: skip


def same_verifier(bundle: verify.Bundle) -> bool:
    """Whether the verifier in a bundle is the one of this release."""
    return bundle.files["verify.py"] == _VERIFIER.read_bytes()
