"""How a process that worked with Temporal ends."""

import logging
import os
import sys
from typing import NoReturn


def leave(status: int) -> NoReturn:
    """End with an exit status, without closing the interpreter down.

    The engine's own threads may still be letting go of Python objects while the interpreter closes; it then aborts the
    process (`PyGILState_Release: thread state must be current when releasing`), after all work is done, and a script
    that called the command sees a failure that was none. What was said and logged is written out first.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
