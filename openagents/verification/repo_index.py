"""A repository index: the hash of a tree of file digests, and whether an index is the one that was expected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openagents.receipts.canonical import canonical_sha256
from openagents.verification.findings import Finding
from openagents.verification.reading import U64, Reader

_HEX64 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class FileDigest:
    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class RepoIndex:
    """What a provider says the tree is."""

    tree_sha256: str
    digests: tuple[FileDigest, ...]


@dataclass(frozen=True, slots=True)
class RepoIndexVerdict:
    """`tree_sha256` is the one computed here, whatever the response claims."""

    passed: bool
    tree_sha256: str
    findings: tuple[Finding, ...]

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings]

    @property
    def texts(self) -> list[str]:
        return [finding.text for finding in self.findings]


def read_expected(value: Any, path: str = "request") -> str:
    """`expected_tree_sha256` of a request, empty when absent. Raises EvidenceInvalid."""
    return Reader(value, path).optional_text("expected_tree_sha256") or ""


def read_index(value: Any, path: str = "response") -> RepoIndex:
    """A repository index out of JSON. Raises EvidenceInvalid."""
    top = Reader(value, path)
    return RepoIndex(top.text("tree_sha256"), top.each("digests", _read_digest))


def tree_sha256(digests: Sequence[FileDigest]) -> str:
    """64 hex over the canonical array of `{path, sha256, bytes}`, sorted by the bytes of the path (stable)."""
    ordered = sorted(digests, key=lambda digest: digest.path.encode())
    return canonical_sha256(
        [{"path": digest.path, "sha256": digest.sha256, "bytes": digest.size_bytes} for digest in ordered]
    )


def check_repo_index(expected: str, index: RepoIndex) -> RepoIndexVerdict:
    """Judge an index against the tree hash that was expected. Hashes are compared trimmed, letter case ignored."""
    findings = [] if expected.strip() else [Finding("expected_tree_sha256_missing", "expected_tree_sha256 missing")]
    seen: set[str] = set()
    for digest in index.digests:
        findings += _entry(digest, seen)
        seen.add(digest.path)
    computed = tree_sha256(index.digests)
    if not _same(index.tree_sha256, computed):
        text = f"tree_sha256 mismatch: response={index.tree_sha256} computed={computed}"
        findings.append(Finding("tree_sha256_mismatch", text))
    if expected.strip() and not _same(expected, computed):
        text = f"expected_tree_sha256 mismatch: request={expected} computed={computed}"
        findings.append(Finding("expected_tree_sha256_mismatch", text))
    return RepoIndexVerdict(not findings, computed, tuple(findings))


def _entry(digest: FileDigest, seen: set[str]) -> list[Finding]:
    path, sha256 = digest.path, digest.sha256
    found = []
    if not path.strip():
        found.append(Finding("digest_path_empty", "digest path is empty"))
    if path.startswith("/") or "\\" in path:
        found.append(Finding(f"digest_path_invalid:{path}", f"invalid digest path: {path}"))
    if ".." in path.split("/"):
        found.append(Finding(f"digest_path_dotdot:{path}", f"digest path contains '..': {path}"))
    if path in seen:
        found.append(Finding(f"digest_path_duplicate:{path}", f"duplicate digest path: {path}"))
    if not _HEX64.fullmatch(sha256.strip()):
        found.append(Finding(f"digest_sha256_invalid:{path}", f"invalid digest sha256 for {path}: {sha256}"))
    return found


def _same(claimed: str, computed: str) -> bool:
    return claimed.strip().lower() == computed


def _read_digest(item: Reader) -> FileDigest:
    return FileDigest(item.text("path"), item.text("sha256"), item.integer("bytes", U64))
