"""The questionnaires there are: every version of each, approved ones unchangeable, drafts marked as such.

`pathways/<flow>/<version>.yaml` in the shipped data and in `var`, where a steward's own lie. Beside them
`approved.jsonl` has the digest of every version that was approved; a file that is no longer what was approved
is refused, because its address must open the same questionnaire for ever.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from directory.pathway.flow import Flow, FlowError
from directory.pathway.reading import load_to_answer
from directory.pathway.walk import Walk, WalkError, read, version_of

FOLDER, APPROVED = "pathways", "approved.jsonl"


class NoSuchFlow(LookupError):
    """There is no questionnaire, or no version of one, of that name; the message says which there are."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A version was approved: by which role, on which day, with which digest."""

    flow: str
    version: str
    digest: str
    by: str
    on: dt.date


@dataclass(frozen=True)
class Opened:
    """An address opened with its own version; `newer` is the version in use, where that is later."""

    flow: Flow
    walk: Walk
    newer: Flow | None

    @property
    def notice(self) -> str | None:
        """What to say where a newer version is in use."""
        if self.newer is None:
            return None
        since = self.newer.approved_on
        day = f" since {since.day} {since:%B} {since.year}" if since else ""
        return (
            f"These are answers to version {self.flow.version}. Version {self.newer.version} has been in use"
            f"{day}. The answers were not carried over: start again to use it."
        )


@dataclass(frozen=True)
class Library:
    """All versions of all questionnaires, oldest first, and what is wrong.

    A version with a fault of its own is left out. One that names a need or a contact that is gone is not.
    """

    flows: Mapping[str, tuple[Flow, ...]]
    problems: tuple[str, ...]
    approvals: Mapping[tuple[str, str], Approval] = field(default_factory=dict)

    def versions(self, flow_id: str) -> tuple[Flow, ...]:
        """The versions of a questionnaire, oldest first. Raises `NoSuchFlow`."""
        if flow_id not in self.flows:
            known = ", ".join(self.flows) or "none"
            raise NoSuchFlow(f"There is no questionnaire {flow_id[:60]!r}. There are: {known}.")
        return self.flows[flow_id]

    def current(self, flow_id: str) -> Flow:
        """The version in use: the latest approved one, or the latest draft where none is approved."""
        versions = self.versions(flow_id)
        approved = [one for one in versions if one.status == "approved"]
        return (approved or versions)[-1]

    def version(self, flow_id: str, version: str) -> Flow:
        """One version. Raises `NoSuchFlow` naming those there are."""
        versions = self.versions(flow_id)
        for one in versions:
            if one.version == version:
                return one
        known = ", ".join(one.version for one in versions)
        raise NoSuchFlow(f"There is no version {version[:10]!r} of {flow_id}. There are: {known}.")

    def open(self, flow_id: str, text: str) -> Opened:
        """Open an address such as `v1.an.bu` with the very version it belongs to.

        Raises `NoSuchFlow`, and `WalkError` for text that is no address of that version.
        """
        self.versions(flow_id)
        version = version_of(text)
        try:
            flow = self.version(flow_id, version)
        except NoSuchFlow as error:
            raise WalkError(str(error), "no_version") from None
        walk = read(flow, text)
        current = self.current(flow_id)
        return Opened(flow, walk, current if int(current.version) > int(flow.version) else None)


def library(data: Path, var: Path) -> Library:
    """The questionnaires in `data` and `var`, read again only when one of the files has changed."""
    return _library(data, var, _fingerprint(data, var))


def _fingerprint(data: Path, var: Path) -> tuple[tuple[str, int, int], ...]:
    files = [path for folder in (data, var) for path in (folder / FOLDER).glob("*/*.yaml")]
    files += [folder / FOLDER / APPROVED for folder in (data, var)]
    files += [data / "contacts" / "front_door.csv", data / "contacts"]
    files += [folder / "search" / "needs.csv" for folder in (data, var)]
    found = []
    for path in sorted(files):
        try:
            facts = path.stat()
        except OSError:
            continue
        found.append((str(path), facts.st_mtime_ns, facts.st_size))
    return tuple(found)


@lru_cache(maxsize=4)
def _library(data: Path, var: Path, _seen: tuple[tuple[str, int, int], ...]) -> Library:
    flows: dict[str, list[Flow]] = {}
    problems: list[str] = []
    approvals: dict[tuple[str, str], Approval] = {}
    for home in dict.fromkeys((data, var)):
        try:
            own = read_approvals(home / FOLDER / APPROVED)
        except FlowError as error:
            problems += error.problems
            continue
        approvals |= {key: one for key, one in own.items() if key not in approvals}
        for path in sorted((home / FOLDER).glob("*/*.yaml"), key=lambda one: (one.parent.name, one.name)):
            try:
                flow, gone = load_to_answer(path, data=data, var=var)
            except FlowError as error:
                problems += error.problems
                continue
            wrong = _misplaced(flow, path) or _changed(flow, own.get((flow.id, flow.version)))
            problems += [one for one in gone if one not in problems]
            if any(one.version == flow.version for one in flows.get(flow.id, ())):
                wrong = (
                    f"Version {flow.version} of {flow.id} is there already. Give this one the next number."
                )
            if wrong:
                problems.append(f"{path}:1: {wrong}")
            else:
                flows.setdefault(flow.id, []).append(flow)
        for key in own:
            if not (home / FOLDER / key[0] / f"{key[1]}.yaml").is_file():
                problems.append(
                    f"{home / FOLDER / APPROVED}: version {key[1]} of {key[0]} was approved, but its file is "
                    "gone. Put it back: addresses of it no longer open."
                )
    shelves: dict[str, tuple[Flow, ...]] = {}
    for flow_id, versions in sorted(flows.items()):
        versions.sort(key=lambda one: int(one.version))
        kept, reused = _without_reuse(versions)
        shelves[flow_id] = kept
        problems += reused
    return Library(shelves, tuple(problems), approvals)


def _misplaced(flow: Flow, path: Path) -> str | None:
    if path.parent.name != flow.id or path.stem != flow.version:
        return (
            f"The file says flow {flow.id}, version {flow.version}. Keep it as {flow.id}/{flow.version}.yaml."
        )
    return None


def _changed(flow: Flow, approval: Approval | None) -> str | None:
    """Why a version is not what was approved; None where it is, or is a draft never approved."""
    if approval is None:
        if flow.status == "approved":
            return (
                f"Version {flow.version} says that it is approved, but no approval is recorded. "
                "Publish it with `earlyhelp pathway publish`."
            )
        return None
    if approval.digest != flow.digest:
        return (
            f"Version {flow.version} was approved on {approval.on} and has been changed since. Put the "
            "approved file back, and make the change in the next version."
        )
    return None


def _without_reuse(versions: list[Flow]) -> tuple[tuple[Flow, ...], list[str]]:
    """The versions without those that use an earlier version's code for another question."""
    meaning: dict[str, tuple[str, str]] = {}
    kept, problems = [], []
    for flow in versions:
        wrong = [
            f"{flow.file}:{question.line}: The code {question.code!r} stands for "
            f"{meaning[question.code][0]!r} since version {meaning[question.code][1]}. "
            f"Give {question.id!r} one that was never used."
            for question in flow.questions
            if question.code in meaning and meaning[question.code][0] != question.id
        ]
        if wrong:
            problems += wrong
            continue
        kept.append(flow)
        for question in flow.questions:
            meaning.setdefault(question.code, (question.id, flow.version))
    return tuple(kept), problems


def read_approvals(path: Path) -> dict[tuple[str, str], Approval]:
    """The approvals recorded in a file, by flow and version; none where there is no file.

    Raises `FlowError` naming the line that cannot be read or that approves a version twice.
    """
    found: dict[tuple[str, str], Approval] = {}
    if not path.is_file():
        return found
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise FlowError(
            [f"{path}: This record of approvals cannot be read. Put it back as it was."]
        ) from None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            approval = Approval(
                str(one["flow"]),
                str(one["version"]),
                str(one["digest"]),
                str(one["by"]),
                dt.date.fromisoformat(one["on"]),
            )
        except (ValueError, KeyError, TypeError):
            raise FlowError(
                [f"{path}:{number}: This is not a record of an approval. Put the line back as it was."]
            ) from None
        if (approval.flow, approval.version) in found:
            raise FlowError([f"{path}:{number}: This version is approved already. Remove the later line."])
        found[approval.flow, approval.version] = approval
    return found


def record_approval(folder: Path, approval: Approval) -> None:
    """Add an approval to the record in `folder` (data or var), kept on the disk when this returns.

    Raises `FlowError` where that version is recorded already, `OSError` where nothing can be written.
    """
    path = folder / FOLDER / APPROVED
    if (approval.flow, approval.version) in read_approvals(path):
        raise FlowError([f"{path}: Version {approval.version} of {approval.flow} is approved already."])
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {
        "flow": approval.flow,
        "version": approval.version,
        "digest": approval.digest,
        "by": approval.by,
        "on": approval.on.isoformat(),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(facts, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
