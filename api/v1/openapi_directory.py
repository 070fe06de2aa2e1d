"""The OpenAPI description of the directory: search, listings, changes, the standard's addresses, health."""

from __future__ import annotations

from typing import Any

from api.oruk.asked import MOST_PER_PAGE as ORUK_PER_PAGE
from api.v1.changes import MOST as MOST_CHANGES
from api.v1.finding import AGE_BANDS, MOST_PAGE, MOST_PER_PAGE, OLDEST, SORTS
from api.v1.openapi_pieces import (
    DATE,
    TEXT,
    Schema,
    answered,
    in_path,
    in_query,
    many,
    members,
    named,
    or_null,
    refused,
)
from api.v1.services import MOST_SUGGESTED
from directory.listings.needs import taxonomy_id, term_id
from directory.store.standard import LEVELS_OF_NEED, REFERRAL_ROUTES

# What an id looks like. Those of listings are the listings' own; those of our lists of terms never change.
EXAMPLE_ID = "99d238ab-e26b-5e82-a780-c5c6183f431f"
_TRUTH: Schema = {"type": "boolean"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_ID: Schema = {"type": "string", "format": "uuid"}
_AS_YOU_HAVE_IT: Schema = {"304": {"description": "As you have it."}}


def _words(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def _from_one(most: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": most}


def _filters() -> list[tuple[str, str, Schema, Any]]:
    """Name, description, schema and example of every filter of a search."""
    return [
        ("layer", "The layer of `area`; `district` when left out.", TEXT, "district"),
        ("area", "The code of an area: only what serves some of it.", TEXT, "E14000561"),
        ("age", "The child's age in years.", {"type": "number", "minimum": 0, "maximum": OLDEST}, 14),
        ("unborn", "Also or only for a child not yet born.", _TRUTH, False),
        ("level", "The level of need.", _words(*LEVELS_OF_NEED), "additional"),
        ("need", "Codes of needs, separated by commas: any of them. See /api/v1/needs.", TEXT, "early_help"),
        ("route", "Who asks for help.", _words(*REFERRAL_ROUTES), "professional"),
        ("open_now", "Only what is known to be open at `at`.", _TRUTH, False),
        ("free", "Only what is known to be free.", _TRUTH, False),
        ("language", "An ISO 639 code: only what is known to be given in it.", TEXT, ""),
        ("accessibility", "Codes of features, separated by commas: all of them.", TEXT, ""),
        ("capacity", "Not what is known to be full.", _TRUTH, False),
        ("organization", "The id of an organisation.", TEXT, ""),
        ("age_band", "A band of ages to choose from.", _words(*AGE_BANDS), "11-15"),
        ("elsewhere", "Also what does not serve the home.", _TRUTH, False),
    ]


def _plain() -> list[tuple[str, str, Schema, Any]]:
    return [
        ("text", "What the worry is, in words: `self harm 14`.", TEXT, ""),
        ("at", "The moment that `open_now` means; now when left out.", TEXT, "2026-12-01T10:00"),
        ("page", "Which page of the results.", _from_one(MOST_PAGE), 1),
        ("per_page", "Results on a page.", _from_one(MOST_PER_PAGE), 20),
        ("sort", "The order of the results.", _words(*SORTS), "best"),
    ]


def directory_schemas() -> Schema:
    """The named schemas of the directory."""
    result = members(
        {
            "id": _ID,
            "name": TEXT,
            "organization": members({"id": or_null(_ID), "name": TEXT}),
            "summary": TEXT,
            "why": many(TEXT),
            "matched": many(TEXT),
            "score": {"type": "number"},
            "needs": many(members({"code": TEXT, "name": TEXT})),
            "ages": TEXT,
            "levels": many(members({"code": TEXT, "name": TEXT})),
            "referral_route": or_null(_words(*REFERRAL_ROUTES)),
            "referral_words": TEXT,
            "serves": members({"home": _words("yes", "no", "unknown"), "words": TEXT}),
            "places": many({"type": "object"}),
            "open": members({"now": or_null(_TRUTH), "words": TEXT}),
            "cost": members({"free": or_null(_TRUTH), "words": TEXT}),
            "capacity": members(
                {"state": _words("open", "waiting_list", "closed", "unknown"), "words": TEXT}
            ),
            "assured": members({"date": or_null(DATE), "overdue": _TRUTH, "words": TEXT}),
            "contact": or_null({"type": "object"}),
            "sample": _TRUTH,
        }
    )
    about = {"revision": {"type": "integer"}, "versions": {"type": "object"}, "attribution": TEXT}
    history = members({"revision": {"type": "integer"}, "last_modified": or_null(_MOMENT)})
    listing = {
        "history": history,
        "source": members({"source": or_null(TEXT), "checked": or_null(DATE)}),
        "sample": _TRUTH,
        "notice": or_null(TEXT),
        "oruk": TEXT,
        **about,
    }
    whole = {"type": "integer"}
    return {
        "ServiceResult": result,
        "Search": members(
            {
                "understood": {"type": "object"},
                "total": whole,
                "page": whole,
                "per_page": whole,
                "pages": whole,
                "results": many(named("ServiceResult")),
                "facets": {"type": "object"},
                "nothing": or_null({"type": "object"}),
                "notice": TEXT,
                **about,
            }
        ),
        "Service": members(
            {
                "id": _ID,
                "card": {"type": "object"},
                "listing": {"type": "object"},
                "hours": {"type": "object"},
                "areas": many({"type": "object"}),
                "places": many({"type": "object"}),
                **listing,
            }
        ),
        "Organization": members(
            {"id": _ID, "organization": {"type": "object"}, "services": many({"type": "object"}), **listing}
        ),
        "Changes": members(
            {
                "since": whole,
                "revision": whole,
                "changes": many(
                    members(
                        {
                            "revision": whole,
                            "kind": _words("organization", "location", "service", "taxonomy"),
                            "id": TEXT,
                            "what": _words("added", "changed", "retired"),
                            "at": _MOMENT,
                            "redirect_to": TEXT,
                            "url": TEXT,
                        },
                        ["revision", "kind", "id", "what", "at"],
                    )
                ),
                "more": _TRUTH,
                "next": whole,
            }
        ),
        "Listed": members(
            {
                "total_items": whole,
                "total_pages": whole,
                "page_number": whole,
                "size": whole,
                "first_page": _TRUTH,
                "last_page": _TRUTH,
                "empty": _TRUTH,
                "contents": many({"type": "object"}),
            }
        ),
        "Health": members(
            {
                "status": _words("ok", "degraded", "down"),
                "postcodes": {},
                "directory": {},
                "questionnaires": {},
            },
            ["status"],
        ),
    }


def directory_paths() -> Schema:
    """The addresses of the directory."""
    filters, plain = _filters(), _plain()
    body_filters = members(
        {
            name: many(TEXT) if name in ("need", "accessibility") else schema
            for name, _words_, schema, _ in filters
        }
    ) | {"required": [], "additionalProperties": False}
    body = members({name: schema for name, _words_, schema, _ in plain}) | {
        "required": [],
        "additionalProperties": False,
    }
    body["properties"] |= {"postcode": TEXT, "filters": body_filters}
    service = in_path("id", "The id of a service.", EXAMPLE_ID)
    organization = in_path("id", "The id of an organisation.", EXAMPLE_ID)
    one = refused("moved", "unknown_parameter", "no_such_listing", "gone", "no_directory")
    return {
        "/api/v1/services": {
            "get": {
                "operationId": "services",
                "summary": "Who can help: a search without a postcode, which is never sent in an address.",
                "parameters": [in_query(*one_) for one_ in (*plain, *filters)],
                "responses": {"200": answered("The services, best first.", "Search"), **_AS_YOU_HAVE_IT}
                | refused("bad_parameter", "unknown_parameter", "no_directory"),
            }
        },
        "/api/v1/services/search": {
            "post": {
                "operationId": "searchServices",
                "summary": "The same with a postcode: what serves the home, the nearest first where equal.",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": body,
                            "example": {
                                "text": "self harm",
                                "postcode": "B15 2TT",
                                "filters": {"age": 14, "need": ["self_harm"]},
                            },
                        }
                    },
                },
                "responses": {"200": answered("The services, best first.", "Search")}
                | refused(
                    "bad_body",
                    "bad_parameter",
                    "unknown_parameter",
                    "body_too_large",
                    "not_json",
                    "no_directory",
                ),
            }
        },
        "/api/v1/services.ndjson": {
            "get": {
                "operationId": "everyService",
                "summary": "Every published service as /api/v1/services/{id} has it, one a line, streamed.",
                "responses": {"200": answered("One JSON document a line.", "Service", "application/x-ndjson")}
                | refused("unknown_parameter", "no_directory"),
            }
        },
        "/api/v1/services/{id}": {
            "get": {
                "operationId": "service",
                "summary": "One service: what its listing says, whether it is open, whom it serves.",
                "parameters": [service],
                "responses": {"200": answered("The service.", "Service"), **_AS_YOU_HAVE_IT, **one},
            }
        },
        "/api/v1/organizations/{id}": {
            "get": {
                "operationId": "organization",
                "summary": "One organisation and its services.",
                "parameters": [organization],
                "responses": {"200": answered("The organisation.", "Organization"), **_AS_YOU_HAVE_IT, **one},
            }
        },
        "/api/v1/suggest": {
            "get": {
                "operationId": "suggest",
                "summary": "What somebody may be about to type, best first.",
                "parameters": [
                    in_query("q", "What has been typed so far.", TEXT, "self"),
                    in_query("limit", "How many at the most; 8.", _from_one(MOST_SUGGESTED), 5),
                ],
                "responses": {"200": answered("The suggestions.", "Facts"), **_AS_YOU_HAVE_IT}
                | refused("bad_parameter", "unknown_parameter", "no_directory"),
            }
        },
        "/api/v1/needs": {
            "get": {
                "operationId": "needs",
                "summary": "Every need in plain words, with how many services answer it.",
                "responses": {"200": answered("The needs.", "Facts"), **_AS_YOU_HAVE_IT}
                | refused("unknown_parameter", "no_directory"),
            }
        },
        "/api/v1/changes": {
            "get": {
                "operationId": "changes",
                "summary": "What was added, changed or withdrawn after a revision, oldest first.",
                "parameters": [
                    in_query("since", "A revision; 0 for everything.", {"type": "integer", "minimum": 0}, 0),
                    in_query(
                        "limit",
                        "About how many; a revision is never cut, so there may be more.",
                        _from_one(MOST_CHANGES),
                        100,
                    ),
                ],
                "responses": {"200": answered("The changes.", "Changes"), **_AS_YOU_HAVE_IT}
                | refused("bad_parameter", "unknown_parameter", "store_away"),
            }
        },
        "/api/v1/changes.atom": {
            "get": {
                "operationId": "changesFeed",
                "summary": "The newest changes as an Atom feed.",
                "responses": {
                    "200": {"description": "The feed.", "content": {"application/atom+xml": {"schema": TEXT}}}
                }
                | _AS_YOU_HAVE_IT
                | refused("unknown_parameter", "store_away"),
            }
        },
        **_standard_paths(),
        "/health/live": {
            "get": {
                "operationId": "live",
                "summary": "Whether the process answers.",
                "responses": {"200": answered("It does.", "Health")},
            }
        },
        "/health/ready": {
            "get": {
                "operationId": "ready",
                "summary": "Whether it can answer: ok, degraded (it goes on from what it has) or down.",
                "responses": {
                    "200": answered("ok or degraded.", "Health"),
                    "503": {
                        "description": "It cannot answer.",
                        "content": {"application/json": {"schema": named("Health")}},
                    },
                },
            }
        },
    }


def _standard_paths() -> Schema:
    """The addresses of Open Referral UK 3.0, with its own parameters."""
    whole = _from_one(ORUK_PER_PAGE)
    paging = [
        in_query("page", "Which page. Past the end it is empty.", {"type": "integer", "minimum": 1}, 1),
        in_query("per_page", "Rows on a page; also written perPage.", whole, 2),
        in_query("format", "`ndjson` streams everything, one a line.", _words("json", "ndjson"), "json"),
    ]
    search = in_query("search", "Words.", TEXT, "")
    services = [
        search,
        in_query("taxonomy_term_id", "Ids of terms, separated by commas: any of them.", TEXT, ""),
        in_query("taxonomy_id", "Ids of taxonomies: any term of any of them.", TEXT, ""),
        in_query("organization_id", "The id of an organisation.", TEXT, ""),
        in_query("minimum_age", "Years: not what is only for the younger.", {"type": "number"}, 5),
        in_query("maximum_age", "Years: not what is only for the older.", {"type": "number"}, 25),
        in_query("day", "Open on these days of the week, separated by commas.", TEXT, "monday,TU,wed"),
        in_query("start_time", "Open at some time after this, HH:MM.", TEXT, "09:00"),
        in_query("end_time", "Open at some time before this, HH:MM.", TEXT, "17:30"),
        in_query("postcode", "A home: what serves it, or does not say where it serves.", TEXT, "B15 2TT"),
        in_query(
            "proximity",
            "Metres from the postcode within which a place must lie.",
            {"type": "number", "minimum": 0, "maximum": 1_000_000},
            50000,
        ),
        in_query("modified_after", "Modified at this moment or later.", TEXT, "2020-01-01T00:00:00Z"),
        in_query("minimal", "Only id and modified_date.", _TRUTH, False),
        in_query("full", "Everything nested.", _TRUTH, False),
    ]
    top = in_query("top_only", "Only terms without a parent.", _TRUTH, False)
    of = [in_query(name, "An id.", TEXT, "") for name in ("taxonomy_id", "parent_id")]
    whole_services = in_query("full_service", "With the organisation's services.", _TRUTH, True)
    lists = {
        "services": (services, "The services that the parameters keep."),
        "service_at_locations": (services, "Services at locations: the same parameters."),
        "organizations": (
            [search, whole_services, in_query("full", "Everything nested.", _TRUTH, False)],
            "The organisations.",
        ),
        "taxonomies": ([search], "The taxonomies."),
        "taxonomy_terms": ([search, *of, top], "The terms of all taxonomies."),
    }
    paths: Schema = {
        "/oruk/v3/": {
            "get": {
                "operationId": "oruk",
                "summary": "Which version of the Open Referral UK standard this is.",
                "responses": {"200": answered("The version.", "Facts")} | refused("unknown_parameter"),
            }
        }
    }
    for name, (parameters, summary) in lists.items():
        paths[f"/oruk/v3/{name}"] = {
            "get": {
                "operationId": f"oruk_{name}",
                "summary": summary,
                "parameters": [*parameters, *paging],
                "responses": {"200": answered("A page of the list.", "Listed"), **_AS_YOU_HAVE_IT}
                | refused("bad_parameter", "unknown_parameter", "no_directory"),
            }
        }
        paths[f"/oruk/v3/{name}/{{id}}"] = {
            "get": {
                "operationId": f"oruk_one_of_{name}",
                "summary": f"One of the {name.replace('_', ' ')}, nested whole.",
                "parameters": [in_path("id", "Its id.", _TERMS.get(name, EXAMPLE_ID))]
                + ([whole_services] if name == "organizations" else []),
                "responses": {"200": answered("It.", "Facts"), **_AS_YOU_HAVE_IT}
                | refused(
                    "moved", "bad_parameter", "unknown_parameter", "no_such_listing", "gone", "no_directory"
                ),
            }
        }
    return paths


_TERMS = {"taxonomies": taxonomy_id("need"), "taxonomy_terms": term_id("need", "early_help")}
