"""From the nested objects of a feed to records of ours: organisation, location, service, taxonomy.

What a feed nests (a service's organisation, a place) becomes a record of its own, once. Where one id comes
several times the fullest is kept. What an attribute says with a term of our own lists is folded into the
member that holds it with us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directory.listings.cleaning import printable
from directory.listings.identity import identity, made
from directory.listings.needs import Needs
from directory.listings.reading.feed import Candidate, Findings, Severity
from directory.listings.reading.folding import fold
from directory.listings.reading.fullest import conflicting, payload, size_of
from directory.listings.reading.members import STRUCTURE, member_of, snake
from directory.listings.reading.standing import stand_in, tidy
from directory.listings.reading.values import value_of
from directory.store.standard import ENTITIES, RECORD_KINDS, Content, RecordKind

ROWS = "rows"  # the list that the rows of our own template make
_DEEPEST = 8  # organisation in service in organisation …: no real feed goes on like that
_MAIN_MEMBER = {"language": "name", "funding": "source", "phone": "number", "accessibility": "description"}
_ORDER: tuple[RecordKind, ...] = ("taxonomy", "organization", "location", "service")
_AS_TEXT = ("number", "integer", "truth")
_MENDED = {
    "sentinel": "Leave the member out where there is no value.",
    "markup": "Send plain text.",
    "hidden": "Send the text without control characters and direction marks.",
    "converted": "Write it in the standard's form.",
}


@dataclass(slots=True)
class _Seen:
    candidate: Candidate
    raw: Any
    size: int
    lists: set[str]


class Records:
    """Takes the objects of a feed one by one and makes candidate records of them."""

    def __init__(self, source: str, needs: Needs | None, findings: Findings) -> None:
        """`of_text` is set for tables, where a number written as text is no news."""
        self.of_text = False
        self.source, self.needs, self.findings = source, needs, findings
        self._seen: dict[str, _Seen] = {}
        self._attached: dict[str, dict[str, tuple[Content, str]]] = {}
        self._terms: dict[str, tuple[Content, str, str, str]] = {}
        self._unknown: set[tuple[str, str]] = set()
        self._raws: dict[str, Any] = {}
        self.listed: dict[str, set[str]] = {}

    # ── taking ───────────────────────────────────────────────────────────────────────────────────────────

    def take(
        self,
        entity: str,
        raw: object,
        place: str,
        *,
        parent: str = "",
        depth: int = 0,
        places: Mapping[str, str] | None = None,
        list_place: str = "",
    ) -> str | None:
        """Take one object. Its id with us, or None where it cannot be used (which is reported).

        `list_place` names the list it stands in as an entry of its own; an id twice in one list is reported.
        """
        if not isinstance(raw, Mapping):
            self._fault("unreadable", place, "is not an object.", "Give an object with members.", value=raw)
            return None
        if depth > _DEEPEST:
            self._warn("unreadable", place, "is nested too deeply and left out.", "Nest less deeply.")
            return None
        if entity == "service_at_location":
            return self._take_at_location(raw, place, depth, list_place)
        if entity == "taxonomy_term":
            return self._take_term(raw, place, "", "")
        record = self._id(entity, raw, place, parent)
        if record is None:
            return None
        if list_place:
            self.listed.setdefault(entity, set()).add(record)
        candidate = Candidate(_kind(entity), record, printable(_foreign(raw)) or record, {}, place)
        candidate.places = dict(places or {})
        candidate.content = self._shape(entity, raw, candidate, record, "$", depth)
        self._keep(candidate, raw, list_place)
        return record

    def _take_at_location(
        self, raw: Mapping[str, Any], place: str, depth: int, list_place: str
    ) -> str | None:
        inner = {snake(name): value for name, value in raw.items()}
        service = inner.get("service")
        if isinstance(service, Mapping):
            owner = self.take("service", service, f"{place}.service", depth=depth + 1)
        else:
            foreign = inner.get("service_id")
            owner = identity(self.source, "service", foreign) if isinstance(foreign, str) else None
        if owner is None:
            self._fault("missing", place, "names no service.", "Give `service` or `service_id`.")
            return None
        holder = Candidate("service", owner, owner, {}, place)
        part = self._part("service_at_location", raw, holder, owner, "$", 0, depth)
        if part is not None and (list_place or part["id"] not in self._attached.get(owner, {})):
            self._attached.setdefault(owner, {})[part["id"]] = (part, place)
        return owner

    def _take_term(self, raw: object, place: str, taxonomy: str, called: str) -> str | None:
        """Take a taxonomy term, alone or inside an attribute."""
        if not isinstance(raw, Mapping):
            return None
        inner = {snake(name): value for name, value in raw.items()}
        term = self._id("taxonomy_term", raw, place, "")
        if term is None:
            return None
        if self.needs is not None and self.needs.term(term) is not None:
            return term
        detail = inner.get("taxonomy_detail")
        owner = inner.get("taxonomy_id") or (detail.get("id") if isinstance(detail, Mapping) else None)
        name = inner.get("taxonomy")
        taxonomy = taxonomy or (identity(self.source, "taxonomy", owner) if isinstance(owner, str) else "")
        holder = Candidate("taxonomy", taxonomy or term, term, {}, place)
        content = self._shape("taxonomy_term", raw, holder, term, "$", 0)
        known = self._terms.get(term)
        if known is None or len(content) > len(known[0]) or (taxonomy and not known[1]):
            self._terms[term] = (content, taxonomy, called or (name if isinstance(name, str) else ""), place)
        return term

    def _id(self, entity: str, raw: Mapping[str, Any], place: str, parent: str) -> str | None:
        foreign = _foreign(raw)
        if foreign:
            return identity(self.source, entity, foreign)
        name = raw.get("name")
        if parent:  # a place inside a service, an organisation inside a service
            by = name if isinstance(name, str) and name and entity == "organization" else parent
            self._warn(
                "missing", place, f"this {_words(entity)} has no id; one was made for it.",
                "Give it an id that stays the same.", member="id",
            )  # fmt: skip
            return made("nameless", self.source, entity, by)
        self._fault(
            "missing", place, f"this {_words(entity)} has no id, so a later import could not tell it again.",
            "Give it an id that stays the same, best a UUID.", member="id",
        )  # fmt: skip
        return None

    def _keep(self, candidate: Candidate, raw: Any, list_place: str) -> None:
        size = size_of(candidate.content)
        known = self._seen.get(candidate.id)
        if known is not None:
            if known.candidate.kind != candidate.kind:
                self._fault(
                    "repeated", candidate.place,
                    f"has the id of the {_words(known.candidate.kind)} at {known.candidate.place}.",
                    "Give every record an id of its own.", member="id", value=candidate.id,
                    record=candidate.id,
                )  # fmt: skip
                return
            self._compare(known, candidate, size, list_place)
            known.lists.add(list_place)
            if size <= known.size:
                return
        lists = known.lists if known else {list_place}
        self._seen[candidate.id] = _Seen(candidate, raw, size, lists)

    def _compare(self, known: _Seen, candidate: Candidate, size: int, list_place: str) -> None:
        """Report an id that comes again in one list, or with other values."""
        again = bool(list_place) and list_place in known.lists
        conflict = conflicting(known.candidate.content, candidate.content)
        if not again and not conflict:
            return
        kept = candidate.place if size > known.size else known.candidate.place
        said = f"the {_words(candidate.kind)} has the id of another entry, {known.candidate.place}"
        said += f", and another value of {conflict}" if conflict else ""
        if list_place == ROWS and conflict == "name":  # a row copied and typed over: one of two would be lost
            self._fault(
                "repeated", candidate.place, f"{said}.", "Give each service an id of its own.", member="id",
                value=candidate.foreign_id, record=candidate.id,
            )  # fmt: skip
            return
        self._warn(
            "repeated", candidate.place, f"{said}. The fullest is used, {kept}.",
            "Give each entry once, or an id of its own.", member="id", value=candidate.foreign_id,
            record=candidate.id,
        )  # fmt: skip

    # ── shaping ──────────────────────────────────────────────────────────────────────────────────────────

    def _shape(
        self, entity: str, raw: Mapping[str, Any], holder: Candidate, own: str, path: str, depth: int
    ) -> Content:
        """The members of one object in our form. Sub-objects that are records go their own way."""
        described = ENTITIES[entity]
        content: Content = {"id": own} if described.field("id") else {}
        inner: dict[str, Any] = {}
        for name, value in raw.items():
            inner.setdefault(member_of(entity, str(name)), value)
        for name, value in inner.items():
            if name == "id":
                continue
            here = f"{path}.{name}"
            if part := described.part(name):
                held = self._parts(part.entity, part.many, value, holder, own, here, depth)
                if held:
                    content[name] = held if part.many else held[0]
            elif field := described.field(name):
                if field.sort == "ref":
                    if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                        content[name] = identity(self.source, field.refers, str(value))
                    continue
                found = value_of(field, value)
                for kind, words in found.done:
                    if self.of_text and kind == "converted" and field.sort in _AS_TEXT:
                        continue
                    self._mended(kind, holder, here, name, value, words)
                if found.value is not None:
                    content[name] = found.value
            elif name not in STRUCTURE and value not in (None, "", [], {}):
                self._not_used(entity, name, holder.where(here), value)
        self._nested(entity, inner, content, holder, own, path, depth)
        for kind, member, words in [*tidy(entity, content), *stand_in(entity, content)]:
            # The standard's plainest choice, and the names of terms, are no loss.
            plain = member in ("address_type", "location_type", "country") or entity.startswith("taxonomy")
            severe: Severity = "note" if kind == "converted" or plain else "warning"
            self.findings.add(
                severe, kind, holder.where(path), words, "Correct it in the feed.", member=member,
                record=holder.id,
            )  # fmt: skip
        return content

    def _nested(
        self, entity: str, inner: Mapping[str, Any], content: Content, holder: Candidate, own: str, path: str,
        depth: int,
    ) -> None:  # fmt: skip
        below = holder.where(path)
        place = below if "$" in below else f"{below} $"
        if entity == "service":
            publisher = inner.get("organization") or inner.get("organisation")
            if isinstance(publisher, Mapping):
                found = self.take(
                    "organization", publisher, f"{place}.organization", parent=own, depth=depth + 1
                )
                if found:
                    content["organization_id"] = found
            self._places(inner.get("locations"), content, own, place, depth)
            fold(content, self.needs)
        elif entity == "service_at_location" and isinstance(inner.get("location"), Mapping):
            found = self.take("location", inner["location"], f"{place}.location", parent=own, depth=depth + 1)
            if found:
                content["location_id"] = found
        elif entity == "organization":
            for member, kind in (("services", "service"), ("locations", "location")):
                for index, one in enumerate(_listed(inner.get(member))):
                    if isinstance(one, Mapping):
                        full = one if kind == "location" else {"organization_id": own, **one}
                        self.take(kind, full, f"{place}.{member}[{index}]", depth=depth + 1)
        elif entity == "attribute" and isinstance(inner.get("taxonomy_term"), Mapping):
            found = self._take_term(inner["taxonomy_term"], f"{place}.taxonomy_term", "", "")
            if found:
                content["taxonomy_term_id"] = found
        elif entity == "taxonomy":
            for term in content.get("taxonomy_terms", []):
                self._terms[term["id"]] = (term, own, str(content.get("name", "")), place)

    def _places(self, held: object, content: Content, own: str, place: str, depth: int) -> None:
        """Places that a service lists directly become what links them to it."""
        for index, one in enumerate(_listed(held)):
            found = self.take("location", one, f"{place}.locations[{index}]", parent=own, depth=depth + 1)
            links = content.setdefault("service_at_locations", [])
            if found and all(link.get("location_id") != found for link in links):
                links.append({"id": made("at", own, found), "location_id": found})
        if content.get("service_at_locations") == []:
            del content["service_at_locations"]

    def _parts(
        self, entity: str, many: bool, value: object, holder: Candidate, own: str, path: str, depth: int
    ) -> list[Content]:
        if value in (None, "", {}):
            return []
        entries = _listed(value)
        if not many and len(entries) > 1:
            self._warn("type", holder.where(path), "is a list; its first entry is used.", "Give one object.")
            entries = entries[:1]
        found: list[Content] = []
        for index, one in enumerate(entries):
            here = f"{path}[{index}]" if isinstance(value, list) else path
            part = self._part(entity, one, holder, own, here, index, depth)
            if part is not None:
                shaped = f"{path}[{len(found)}]" if many else path
                if shaped != here:
                    holder.places.setdefault(shaped, holder.where(here))
                found.append(part)
        return found

    def _part(
        self, entity: str, raw: object, holder: Candidate, own: str, path: str, index: int, depth: int
    ) -> Content | None:
        if isinstance(raw, str) and entity in _MAIN_MEMBER:
            # HSDS before 3.0 and many feeds give a word where the standard wants an object.
            raw = {_MAIN_MEMBER[entity]: raw}
        if not isinstance(raw, Mapping):
            self._fault(
                "unreadable", holder.where(path), f"is not a {_words(entity)}, which is an object.",
                "Give an object, or leave it out.", value=raw, record=holder.id,
            )  # fmt: skip
            return None
        if ENTITIES[entity].field("id") is None:
            return self._shape(entity, raw, holder, own, path, depth) or None
        foreign = _foreign(raw)
        number = made("part", own, entity, path, str(index))
        if foreign:
            number = identity(self.source, entity, foreign)
        content = self._shape(entity, raw, holder, number, path, depth)
        if content.keys() <= {"id"}:
            if raw.keys() - {"id"} or foreign:
                self.findings.add(
                    "note", "sentinel", holder.where(path), f"this {_words(entity)} says nothing; left out.",
                    "Leave it out, or fill it in.", record=holder.id,
                )  # fmt: skip
            return None
        return content

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────

    def finish(self) -> list[Candidate]:
        """All candidate records, each once, in the order in which a reader would want them."""
        for owner, links in self._attached.items():
            known = self._seen.get(owner)
            if known is None:
                for _part, place in links.values():
                    self._fault("reference", place, "names a service that is not in the feed.", "Add it.")
                continue
            self._attach(known.candidate, links)
        self._loose_terms()
        seen = sorted(self._seen.values(), key=lambda one: _ORDER.index(one.candidate.kind))
        for one in seen:
            one.candidate.raw = payload(one.raw)
        return [one.candidate for one in seen]

    def _attach(self, service: Candidate, links: Mapping[str, tuple[Content, str]]) -> None:
        held = service.content.setdefault("service_at_locations", [])
        by_id = {one.get("id"): index for index, one in enumerate(held)}
        for number, (part, place) in links.items():
            if number not in by_id:
                service.places[f"$.service_at_locations[{len(held)}]"] = place
                held.append(part)
            elif size_of(part) > size_of(held[by_id[number]]):
                held[by_id[number]] = part

    def _loose_terms(self) -> None:
        """Terms that no taxonomy of the feed holds get one: their own by name, or the feed's."""
        for term, (content, taxonomy, name, place) in self._terms.items():
            owner = taxonomy or next(
                (
                    one.candidate.id
                    for one in self._seen.values()
                    if one.candidate.kind == "taxonomy" and name and one.candidate.content.get("name") == name
                ),
                "",
            )
            owner = owner or made("taxonomy", self.source, name)
            known = self._seen.get(owner)
            if known is None:
                title = name or f"Terms of the feed {self.source}"
                filled: Content = {"id": owner, "name": title, "description": title, "taxonomy_terms": []}
                candidate = Candidate("taxonomy", owner, owner, filled, place)
                known = self._seen[owner] = _Seen(candidate, {"terms": "gathered from attributes"}, 0, set())
            if known.candidate.kind == "taxonomy":
                terms = known.candidate.content.setdefault("taxonomy_terms", [])
                if all(one.get("id") != term for one in terms):
                    terms.append(content)

    # ── telling ──────────────────────────────────────────────────────────────────────────────────────────

    def _mended(self, kind: str, holder: Candidate, path: str, name: str, value: object, words: str) -> None:
        self.findings.add(
            "note", kind, holder.where(path), f"{name}: {words}.", _MENDED[kind], member=name, value=value,
            record=holder.id,
        )  # fmt: skip

    def _not_used(self, entity: str, name: str, place: str, value: object) -> None:
        if (entity, name) not in self._unknown and len(self._unknown) < 500:
            self._unknown.add((entity, name))
            self.findings.add(
                "note", "unknown", place, f"{_words(entity)} has no member {name[:60]!r}; it is not used, "
                "here and further on.", "See the names in docs/feeds.md.", member=name, value=value,
            )  # fmt: skip

    def _fault(self, kind: str, place: str, message: str, fix: str, **more: Any) -> None:
        self.findings.add("fault", kind, place, message, fix, **more)

    def _warn(self, kind: str, place: str, message: str, fix: str, **more: Any) -> None:
        self.findings.add("warning", kind, place, message, fix, **more)


def _kind(entity: str) -> RecordKind:
    return next(kind for kind in RECORD_KINDS if kind == entity)


def _foreign(raw: Mapping[str, Any]) -> str:
    value = raw.get("id", raw.get("Id", raw.get("ID")))
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip() if isinstance(value, str) or abs(value) < 10**18 else ""


def _listed(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value in (None, "", {}) else [value]


def _words(entity: str) -> str:
    return {"organization": "organisation", "location": "place"}.get(entity, entity.replace("_", " "))
