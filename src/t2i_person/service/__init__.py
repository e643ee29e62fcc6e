"""The pipeline over HTTP; `docs/service.md` is its contract."""
