"""How long a browser may keep each kind of answer, in one table. Nothing may be kept by anybody in between.

Handlers say so themselves where it depends on what they answer (a map by its digest, an answer until a line
opens); what says nothing is sealed by this table. A test asks every address of the application and holds it
to its row, and fails for an address that has none.
"""

from __future__ import annotations

NEVER = "no-store"  # a home, hours, answers, or anything sent by POST
SHORT = "private, max-age=300"  # pages that say the same to everybody all day
MINUTE = "private, max-age=60"  # what the next publish may change
BY_HOURS = "no-store where it has hours, else private, max-age=300"
UNTIL = "private, max-age=300 at most"  # until a line next opens or closes
BY_DIGEST = "no-cache, or a year where its digest stands in the address"

# What begins with an address; the longest beginning counts. "=" ends an address that is meant by itself.
_KEEPING = {
    "/=": NEVER,  # whose line is open now
    "/about": SHORT,
    "/accessibility": SHORT,
    "/api/v1/changes": MINUTE,
    "/api/v1/crosswalk": UNTIL,
    "/api/v1/layers": UNTIL,
    "/api/v1/needs": MINUTE,
    "/api/v1/openapi.json": SHORT,
    "/api/v1/organizations": MINUTE,
    "/api/v1/pathways": MINUTE,
    "/api/v1/pathways/{flow}/outcome": NEVER,
    "/api/v1/points": NEVER,
    "/api/v1/postcodes": UNTIL,
    "/api/v1/schools": MINUTE,
    "/api/v1/schools/{urn}": UNTIL,
    "/api/v1/services": MINUTE,
    "/api/v1/services.ndjson": NEVER,
    "/api/v1/suggest": MINUTE,
    "/areas=": SHORT,
    "/areas/{layer}": BY_HOURS,  # teams have hours, wards have none
    "/favicon.ico": BY_DIGEST,
    "/health": NEVER,
    "/maps": BY_DIGEST,
    "/metrics": NEVER,
    "/needs": SHORT,
    "/organisations": NEVER,
    "/oruk/v3": MINUTE,
    "/postcode": NEVER,
    "/privacy": SHORT,
    "/schools": NEVER,
    "/services": NEVER,
    "/static": BY_DIGEST,
    "/worried": NEVER,
}


def rule_of(pattern: str) -> str | None:
    """The rule for answers to a `GET` of an address pattern; None for one that the table does not have."""
    if f"{pattern}=" in _KEEPING:
        return _KEEPING[f"{pattern}="]
    fitting = [one for one in _KEEPING if not one.endswith("=") and pattern.startswith(one)]
    return _KEEPING[max(fitting, key=len)] if fitting else None


def may_be_kept(method: str, status: int, rule: str | None) -> str:
    """The header for an answer that says nothing itself."""
    plain = rule in (SHORT, MINUTE) and method in ("GET", "HEAD") and status == 200
    return str(rule) if plain else NEVER
