"""The register of truth: tables, the commit transaction, the read model, imports. The only place that knows SQL."""
