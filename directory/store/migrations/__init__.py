"""The migrations of the store, run by `directory.store.schema`; each can be undone.

A new one is a module in `versions/` with `revision` and `down_revision`, named in `migrated.KNOWN`.
Migrations describe the tables as they were on that day, so they import nothing from `directory`.
"""
