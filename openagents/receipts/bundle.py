"""The bundle of a run: PR_SUMMARY.md, RECEIPT.json and REPLAY.jsonl, and the offline check of all three (runtime 9.2).

What a bundle alone cannot prove: the trajectory hash (a replay line does not keep the whole payload of a tool call),
and which replay the receipt was made with; a caller who has the replay artifact's hash passes it in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from openagents.receipts import strict_json
from openagents.receipts.canonical import sha256_hex
from openagents.receipts.replay import LINE_DEPTH_MAX, Line, RunRecord, replay_hash, replay_text, text_of
from openagents.receipts.replay_check import LINE_FIELDS, parse_replay, validate_replay
from openagents.receipts.run_receipt import Receipt, build_receipt, check_receipt, payment_body, receipt_text
from openagents.receipts.signing import Signer

PR_SUMMARY = "PR_SUMMARY.md"
RECEIPT = "RECEIPT.json"
REPLAY = "REPLAY.jsonl"
FILE_NAMES = (PR_SUMMARY, RECEIPT, REPLAY)

_EVENT_LINES = ("RuntimeEvent", "ToolCall", "Verification", "Payment")  # one each per event of the log
_CALL_FIELDS = ("tool", "params_hash", "output_hash", "latency_ms")


def build_bundle(run: RunRecord, signer: Signer | None = None) -> dict[str, list[dict[str, str]]]:
    """`{files: [{name, sha256, content}]}` with exactly the three files, sorted by name; `sha256` is bare hex."""
    receipt = build_receipt(run, signer)
    contents = {PR_SUMMARY: pr_summary(run, receipt), RECEIPT: receipt_text(receipt), REPLAY: replay_text(run)}
    return {
        "files": [{"name": name, "sha256": sha256_hex(text), "content": text} for name, text in contents.items()],
    }


def pr_summary(run: RunRecord, receipt: Receipt) -> str:
    """PR_SUMMARY.md: the text that the run's metadata gives (`pr_summary`), or one made from the receipt."""
    given = text_of(run.metadata, "pr_summary", "")
    return given if given.strip() else "".join(f"{line}\n" for line in _summary_lines(run, receipt))


def verify_bundle(
    bundle: object,
    *,
    allowed_signers: Collection[str] | None = None,
    signature_required: bool = False,
    expected_replay_hash: str | None = None,
) -> list[str]:
    """What is wrong with a bundle, given as parsed JSON (`{files: [...]}`, or the list alone). Empty if nothing.

    Any changed byte of a file, a name or a hash is found; a changed file with a corrected file hash still has to agree
    with the receipt's own hash and signature, and replay and receipt with each other. `allowed_signers` are the x-only
    keys that count; `expected_replay_hash` is the one of the replay artifact, `sha256:` + hex. Never raises.
    """
    files = bundle.get("files") if isinstance(bundle, dict) and bundle.keys() == {"files"} else bundle
    if not isinstance(files, list) or not all(_is_file(file) for file in files):
        return ["not a bundle: {files: [{name, sha256, content}]}"]
    if sorted(file["name"] for file in files) != sorted(FILE_NAMES):
        return [f"the files are not exactly {', '.join(FILE_NAMES)}"]
    changed = [f"{file['name']} does not have its sha256" for file in files if not _has_its_hash(file)]
    if changed:
        return changed
    return verify_files(
        {file["name"]: file["content"] for file in files},
        allowed_signers=allowed_signers,
        signature_required=signature_required,
        expected_replay_hash=expected_replay_hash,
    )


def verify_files(
    contents: Mapping[str, str],
    *,
    allowed_signers: Collection[str] | None = None,
    signature_required: bool = False,
    expected_replay_hash: str | None = None,
) -> list[str]:
    """As verify_bundle, for the three texts by file name, as they lie in a folder."""
    problems = [f"{REPLAY}: {problem}" for problem in validate_replay(contents[REPLAY])]
    if not problems and expected_replay_hash not in (None, replay_hash(contents[REPLAY])):
        problems.append(f"{REPLAY} does not have the expected replay hash")
    receipt = _receipt_of(contents[RECEIPT])
    if receipt is None:
        problems.append(f"{RECEIPT}: not one canonical JSON object and a newline")
    else:
        wrong = check_receipt(receipt, allowed_signers=allowed_signers, signature_required=signature_required)
        problems.extend(f"{RECEIPT}: {problem}" for problem in wrong)
    if not contents[PR_SUMMARY].strip():
        problems.append(f"{PR_SUMMARY} is empty")
    if problems or receipt is None:
        return problems
    return list(_disagreements(receipt, parse_replay(contents[REPLAY])))


def _is_file(file: object) -> bool:
    return (
        isinstance(file, dict)
        and file.keys() == {"name", "sha256", "content"}
        and all(isinstance(value, str) for value in file.values())
    )


def _has_its_hash(file: Mapping[str, str]) -> bool:
    try:
        return sha256_hex(file["content"]) == file["sha256"]
    except UnicodeEncodeError:
        return False


def _receipt_of(text: str) -> Receipt | None:
    try:
        receipt: Any = strict_json.loads(text, max_depth=LINE_DEPTH_MAX)
    except strict_json.MalformedJSON:
        return None
    return receipt if isinstance(receipt, dict) and receipt_text(receipt) == text else None


def _disagreements(receipt: Receipt, lines: list[Line]) -> Iterator[str]:
    """Receipt against replay: two independent accounts of the same events."""
    start, of = lines[1], {name: [line for line in lines if line["event"] == name] for name in LINE_FIELDS}
    events = [line for line in lines if line["event"] in _EVENT_LINES]
    session = (receipt["session_id"], receipt["trajectory_hash"], receipt["policy_bundle_id"])
    calls = [call | result for call, result in zip(of["ToolCall"], of["ToolResult"], strict=True)]
    checks = [(line["commands"][0], line["exit_codes"][0]) for line in of["Verification"]]
    accounts: dict[str, tuple[object, object]] = {
        "run": (
            (receipt["session_id"], receipt["policy_bundle_id"], receipt["created_at"]),
            (start["session_id"], start["policy_bundle_id"], start["t"]),
        ),
        "event count": (receipt["event_count"], len(events)),
        "first seq": (receipt["first_seq"], _seq(events[:1], receipt["first_seq"])),
        "last seq": (receipt["last_seq"], _seq(events[-1:], receipt["last_seq"])),
        "tool calls": (_facts(receipt["tool_calls"]), _facts(calls)),
        "verification": ([(check["command"], check["exit_code"]) for check in receipt["verification"]], checks),
        "payments": (
            [payment["canonical_json_sha256"] for payment in receipt["payments"]],
            [payment_body(*session, line)["canonical_json_sha256"] for line in of["Payment"]],
        ),
    }
    for subject, (stated, replayed) in accounts.items():
        if stated != replayed:
            yield f"{RECEIPT} and {REPLAY} disagree about the {subject}"


def _facts(calls: list[Line]) -> list[list[object]]:
    return [[call[name] for name in _CALL_FIELDS] for call in calls]


def _seq(edge: list[Line], stated: int) -> int:
    """The seq of a first or last event; only RuntimeEvent lines carry one, so the others take the receipt's word."""
    if not edge:
        return 0
    seq: int = edge[0].get("seq", stated)
    return seq


def _summary_lines(run: RunRecord, receipt: Receipt) -> Iterator[str]:
    totals, files = receipt["metrics"], run.metadata.get("files")
    yield from ("# Run summary", "", "## Summary", "")
    yield f"- Run `{run.run_id}`, status {run.status}, policy bundle `{run.policy_bundle_id}`"
    yield f"- Events: {receipt['event_count']}"
    yield f"- Tool calls: {totals['tool_calls']} ({totals['tool_latency_ms_total']} ms)"
    yield f"- Payments: {len(receipt['payments'])} ({totals['payments_msats_total']} msats)"
    yield f"- Trajectory `{receipt['trajectory_hash']}`, receipt `{receipt['canonical_json_sha256']}`"
    yield from ("", "## Files", "")
    names = [name for name in files if isinstance(name, str)] if isinstance(files, list) else []
    yield from (f"- {_quoted(name)}" for name in names) if names else ("- None recorded.",)
    yield from ("", "## Verification", "")
    for check in receipt["verification"]:
        yield f"- {_quoted(check['command'])}: exit code {check['exit_code']}"
    if not receipt["verification"]:
        yield "- Nothing was verified."
    yield from ("", "## Risks", "")
    yield from _risks(run.status, totals)


def _risks(status: str, totals: Mapping[str, Any]) -> Iterator[str]:
    risks = []
    if status != "succeeded":
        risks.append(f"- The run has not succeeded: it is {status}.")
    if totals["verification_passed"] is None:
        risks.append("- No command verified the result.")
    elif not totals["verification_passed"]:
        risks.append("- A verification command failed.")
    yield from risks or ("- None known from the record.",)


def _quoted(text: str) -> str:
    """One line of code in Markdown, whatever the text holds."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"
