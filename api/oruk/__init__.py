"""The Open Referral UK 3.0 (HSDS-UK 3.0) reading of the directory, at /oruk/v3."""
