"""The tree hash and each finding about a repository index."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openagents.verification.findings import EvidenceInvalid
from openagents.verification.repo_index import (
    FileDigest,
    RepoIndex,
    check_repo_index,
    read_expected,
    read_index,
    tree_sha256,
)

EXAMPLE = (FileDigest("src/lib.rs", "1" * 64, 2), FileDigest("README.md", "0" * 64, 1))
EXAMPLE_TREE = "fe1e97395b701fbbaabfd5e04c4785cdd72ae06d65e1dd37fe79b602dae1ae4e"


def test_the_worked_example_of_a_tree() -> None:
    assert tree_sha256(EXAMPLE) == EXAMPLE_TREE


def test_a_sound_index_passes_whatever_the_case_and_space_around_its_hashes() -> None:
    verdict = check_repo_index(f" {EXAMPLE_TREE.upper()} ", RepoIndex(EXAMPLE_TREE, EXAMPLE))
    assert (verdict.passed, verdict.tree_sha256, verdict.codes) == (True, EXAMPLE_TREE, [])


ENTRIES = [
    (FileDigest("", "0" * 64, 1), "digest_path_empty", "digest path is empty"),
    (FileDigest("/etc", "0" * 64, 1), "digest_path_invalid:/etc", "invalid digest path: /etc"),
    (FileDigest("a\\b", "0" * 64, 1), "digest_path_invalid:a\\b", "invalid digest path: a\\b"),
    (FileDigest("../x", "0" * 64, 1), "digest_path_dotdot:../x", "digest path contains '..': ../x"),
    (FileDigest("README.md", "0" * 64, 1), "digest_path_duplicate:README.md", "duplicate digest path: README.md"),
    (FileDigest("x", "xyz", 1), "digest_sha256_invalid:x", "invalid digest sha256 for x: xyz"),
]


@pytest.mark.parametrize(("entry", "code", "text"), ENTRIES)
def test_each_bad_entry_has_its_code_and_text(entry: FileDigest, code: str, text: str) -> None:
    digests = (*EXAMPLE, entry)
    tree = tree_sha256(digests)
    verdict = check_repo_index(tree, RepoIndex(tree, digests))
    assert [tuple(found) for found in verdict.findings] == [(code, text)]
    assert not verdict.passed


def test_two_dots_inside_a_name_are_a_name() -> None:
    digests = (FileDigest("a..b/..c", "0" * 64, 1),)
    tree = tree_sha256(digests)
    assert check_repo_index(tree, RepoIndex(tree, digests)).passed


def test_the_claimed_and_the_expected_tree_must_be_the_computed_one() -> None:
    missing = check_repo_index(" ", RepoIndex("0" * 64, EXAMPLE))
    assert [found.code for found in missing.findings] == ["expected_tree_sha256_missing", "tree_sha256_mismatch"]
    wrong = check_repo_index("1" * 64, RepoIndex(EXAMPLE_TREE, EXAMPLE))
    assert [tuple(found) for found in wrong.findings] == [
        (
            "expected_tree_sha256_mismatch",
            f"expected_tree_sha256 mismatch: request={'1' * 64} computed={EXAMPLE_TREE}",
        )
    ]


@given(st.permutations(range(6)), st.lists(st.text(max_size=5), min_size=6, max_size=6, unique=True))
def test_the_tree_does_not_depend_on_the_order_of_its_files(order: list[int], names: list[str]) -> None:
    digests = [FileDigest(name, f"{index}" * 64, index) for index, name in enumerate(names)]
    assert tree_sha256([digests[index] for index in order]) == tree_sha256(digests)


def test_shapes_are_read_strictly() -> None:
    assert read_expected({"expected_tree_sha256": "x"}) == "x"
    assert read_index({"tree_sha256": "x", "digests": [{"path": "p", "sha256": "s", "bytes": 1}]}).digests == (
        FileDigest("p", "s", 1),
    )
    bad: list[Any] = [{}, {"tree_sha256": "x", "digests": [{"path": "p", "sha256": "s"}]}, []]
    for value in bad:
        with pytest.raises(EvidenceInvalid):
            read_index(value)
