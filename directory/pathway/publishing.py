"""Approving a version: proved, compared with the one in use, kept as it is for good.

A file that is still a draft is made into the approved version by its status, its approval and the removal of
the notice that says it is a draft; nothing else in it changes. Where something falls, a sign-off by a role
other than the publisher's must be recorded first, for exactly these two files.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from directory.pathway.diff import Difference, compare
from directory.pathway.flow import Flow, FlowError
from directory.pathway.library import (
    APPROVED,
    FOLDER,
    Approval,
    Library,
    library,
    read_approvals,
    record_approval,
)
from directory.pathway.proof.finding import Report, report_text
from directory.pathway.reading import load_flow, read_flow
from geo.whole import written_whole

SIGN_OFFS, PUBLISHED = "sign_offs.jsonl", "published.jsonl"


class Refused(ValueError):
    """A version that may not be published or signed off; the message says why, with the example."""


@dataclass(frozen=True)
class SignOff:
    """A role has agreed that something falls between two files: their digests, why, and how much."""

    flow: str
    old: str
    new: str
    by: str
    reason: str
    down: int
    at: str


@dataclass(frozen=True)
class Publication:
    """A version ready to be published: where to, its bytes, and what was proved and compared."""

    flow: Flow
    path: Path
    home: Path
    raw: bytes
    by: str
    on: dt.date
    report: Report
    difference: Difference | None
    sign_off: SignOff | None


def role(words: str) -> str:
    """`words` as a role. Raises `Refused` for nothing and for a person's name with a title."""
    from pydantic import TypeAdapter, ValidationError

    from directory.pathway.schema import Role

    try:
        return str(TypeAdapter(Role).validate_python(words))
    except ValidationError:
        raise Refused(
            f"Give a role, such as safeguarding lead, and no person's name; not {words[:60]!r}."
        ) from None


def sign_off(found: Difference, var: Path, *, by: str, reason: str) -> SignOff:
    """Record that a role agrees to what falls between two versions. Raises `Refused`."""
    if not found.lowers:
        raise Refused("Nothing falls between these two versions: no sign-off is needed.")
    if not reason.strip():
        raise Refused("Say why, with --reason.")
    signed = SignOff(
        found.new.id,
        found.old.digest,
        found.new.digest,
        role(by),
        " ".join(reason.split()),
        found.count("down") + found.uncompared[0],
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )
    _append(var / FOLDER / SIGN_OFFS, vars(signed))
    return signed


def sign_offs(var: Path) -> list[SignOff]:
    """The sign-offs recorded. Raises `Refused` naming a line that cannot be read."""
    path = var / FOLDER / SIGN_OFFS
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines() if path.is_file() else [], 1):
        try:
            found.append(SignOff(**json.loads(line)))
        except (ValueError, TypeError):
            raise Refused(
                f"{path}:{number}: This is no record of a sign-off. Put the line back as it was."
            ) from None
    return found


def prepare(
    file: Path, data: Path, var: Path, *, by: str, prove: Callable[[Flow], Report], today: dt.date
) -> Publication:
    """Everything that must be so before `file` is published. Raises `Refused`, `FlowError` or `OSError`."""
    by = role(by)
    draft = load_flow(file, data=data, var=var)
    held = library(data, var)
    home = next((one for one in (data, var) if file.resolve().is_relative_to((one / FOLDER).resolve())), var)
    path = home / FOLDER / draft.id / f"{draft.version}.yaml"
    _number(draft, held, path, file)
    raw = approved_text(file.read_bytes(), draft, by, today)
    flow = read_flow(raw, str(file), data=data, var=var)
    plain = replace(
        flow, status=draft.status, approved_by=draft.approved_by, approved_on=draft.approved_on,
        notice=draft.notice, digest=draft.digest,
    )  # fmt: skip
    if plain != draft:
        raise Refused(
            "The file could not be made into an approved version without changing something else. Write "
            "`status: approved` and `approved: {by: …, on: …}` into it yourself, and take out the notice."
        )
    report = prove(flow)
    if not report.holds:
        raise Refused(f"It is not published, for the proof does not hold.\n{report_text(report)}")
    before = _before(held, flow)
    found = compare(before, draft) if before is not None else None
    signed = _signed(found, var, file, by) if found is not None and found.lowers else None
    return Publication(flow, path, home, raw, by, today, report, found, signed)


def publish(ready: Publication, reason: str) -> Approval:
    """Put the version in its place and record its digest, by whom, when and why. Raises `OSError`.

    The file comes first: should it stop in between, the library names the version as one whose approval is
    not recorded, and publishing it again ends it.
    """
    flow = ready.flow
    with written_whole(ready.path) as file:
        file.write(ready.raw)
    approval = Approval(flow.id, flow.version, flow.digest, flow.approved_by, flow.approved_on or ready.on)
    record_approval(ready.home, approval)
    found = ready.difference
    facts: dict[str, Any] = {
        "flow": flow.id,
        "version": flow.version,
        "digest": flow.digest,
        "by": ready.by,
        "reason": " ".join(reason.split()),
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "counts": dict(ready.report.counts),
        "compared_with": found.old.version if found else None,
        "up": found.count("up") if found else 0,
        "down": found.count("down") if found else 0,
        "across": found.count("across") if found else 0,
        "signed_off": {"by": ready.sign_off.by, "reason": ready.sign_off.reason} if ready.sign_off else None,
    }
    _append(ready.home / FOLDER / PUBLISHED, facts)
    return approval


def approved_text(raw: bytes, draft: Flow, by: str, today: dt.date) -> bytes:
    """The bytes of the approved version of a draft; an approved file as it is."""
    if draft.status == "approved":
        return raw
    kept: list[str] = []
    within = ""
    for line in raw.decode("utf-8").splitlines(keepends=True):
        if named := re.match(r"([a-z_]+):", line):
            within = named[1]
        if within == "status" and named:
            kept.append(f"status: approved\napproved:\n  by: {json.dumps(by, ensure_ascii=False)}\n")
            kept.append(f"  on: {json.dumps(today.isoformat())}\n")
        elif within not in ("notice", "status") or line.startswith("#"):
            kept.append(line)
    return "".join(kept).encode("utf-8")


def _number(draft: Flow, held: Library, path: Path, file: Path) -> None:
    """The version must be new, and later than every approved one; its codes must not be used otherwise."""
    versions = held.flows.get(draft.id, ())
    for home in {
        path.parents[2],
        *(Path(one.file).parents[2] for one in versions if len(Path(one.file).parents) > 2),
    }:
        try:
            if (draft.id, draft.version) in read_approvals(home / FOLDER / APPROVED):
                raise Refused(
                    f"Version {draft.version} of {draft.id} is approved already and stays as it is. Give "
                    "this file the next number."
                )
        except FlowError as error:
            raise Refused(str(error)) from None
    for one in versions:
        if one.version == draft.version and Path(one.file).resolve() != file.resolve():
            raise Refused(
                f"Version {draft.version} of {draft.id} is there already, in {one.file}. Publish that "
                "file, or give this one the next number."
            )
        if one.status == "approved" and int(one.version) > int(draft.version):
            raise Refused(f"Version {one.version} is approved already: give this file a later number.")
    meaning = {question.code: question.id for one in versions for question in one.questions}
    for question in draft.questions:
        if meaning.get(question.code, question.id) != question.id:
            raise Refused(
                f"{file}:{question.line}: The code {question.code!r} has stood for "
                f"{meaning[question.code]!r}. Give {question.id!r} one that was never used: "
                "old addresses must keep their meaning."
            )


def _before(held: Library, flow: Flow) -> Flow | None:
    """The version in use that this one comes after; None for the first."""
    earlier: Sequence[Flow] = [
        one for one in held.flows.get(flow.id, ()) if int(one.version) < int(flow.version)
    ]
    approved = [one for one in earlier if one.status == "approved"]
    return approved[-1] if approved else earlier[-1] if earlier else None


def _signed(found: Difference, var: Path, file: Path, by: str) -> SignOff:
    signed = [one for one in sign_offs(var) if (one.old, one.new) == (found.old.digest, found.new.digest)]
    if not signed:
        from directory.pathway.diff import difference_text

        raise Refused(
            f"It is not published, for something falls and nobody has signed it off.\n"
            f"{difference_text(found)}\n"
            f"Sign it off: earlyhelp pathway diff {found.old.file} {file} --sign-off ROLE --reason WHY"
        )
    if signed[-1].by.casefold() == by.casefold():
        raise Refused(f"{by} has signed it off and may not publish it as well: another role must.")
    return signed[-1]


def _append(path: Path, facts: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(facts, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
