"""The JSON API under /api/v1. `app` puts it together; `desk` is the only code that calls the engine."""
