"""Named failpoints: `FAILPOINT=name[:n]` ends the process dead at the n-th passing of that point.

For crash drills only; without the variable a failpoint is one dictionary look-up.
"""

import os
import signal
from collections import Counter

NAMES = frozenset(
    {
        "commit.before_write",
        "commit.before_commit",
        "commit.after_commit",
        "log.before_commit",
        "notice.before_send",
        "notice.after_send",
        "notice.after_mark",
        "call.after_ask",
        "archive.after_keep",
    }
)

_name, _, _nth = os.environ.get("FAILPOINT", "").partition(":")
if _name and _name not in NAMES:
    raise SystemExit(f"FAILPOINT={_name}: no such failpoint; known: {', '.join(sorted(NAMES))}")
_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """End the process here, as a power cut would, when this point was asked for."""
    if name != _name:
        return
    _passed[name] += 1
    if _passed[name] == int(_nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
