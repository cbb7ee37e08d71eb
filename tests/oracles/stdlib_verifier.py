"""A second opinion on a run's bundle, with nothing but json and hashlib of the standard library.

    python tests/oracles/stdlib_verifier.py BUNDLE.json

prints what is wrong and exits 1, or exits 0. It shares no code with `openagents.receipts`: it has its own canonical
form and reads only what a stranger would, the bundle. Signatures need a curve and are left to the other verifier.
"""

import hashlib
import json
import sys

NAMES = ["PR_SUMMARY.md", "RECEIPT.json", "REPLAY.jsonl"]


def canonical(value):
    """Runtime 9.1: sorted keys, no spaces, minimal escapes, floats that stay floats."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, float):
        return shortest(value)
    return json.dumps(value, ensure_ascii=False)


def shortest(value):
    """repr has the shortest digits; only where it switches to an exponent, and how it writes one, is different."""
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    sign, digits = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    if int(exponent) == -5:  # 0.00001234 is still plain here
        return f"{sign}0.0000{digits.replace('.', '')}"
    return f"{mantissa}e{int(exponent)}"


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def without(value, *names):
    return {name: item for name, item in value.items() if name not in names}


def problems(bundle):
    """The differences between what a bundle states and what it holds."""
    files = {file["name"]: file for file in bundle["files"]}
    if sorted(files) != NAMES or len(bundle["files"]) != len(NAMES):
        return ["other files"]
    found = [f"{name}: sha256" for name in NAMES if sha256(files[name]["content"]) != files[name]["sha256"]]
    text = files["RECEIPT.json"]["content"]
    receipt = json.loads(text)
    if canonical(receipt) + "\n" != text:
        found.append("RECEIPT.json: not canonical")
    hashed = without(receipt, "canonical_json_sha256", "signature")
    hashed["payments"] = [without(payment, "signature") for payment in receipt["payments"]]
    if sha256(canonical(hashed)) != receipt["canonical_json_sha256"]:
        found.append("RECEIPT.json: canonical_json_sha256")
    for payment in hashed["payments"]:
        if sha256(canonical(without(payment, "canonical_json_sha256"))) != payment["canonical_json_sha256"]:
            found.append("RECEIPT.json: canonical_json_sha256 of a payment")
    return found + replay_problems(files["REPLAY.jsonl"]["content"], receipt)


def replay_problems(text, receipt):
    found = [] if text.endswith("\n") else ["REPLAY.jsonl: no newline at the end"]
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    if "".join(canonical(line) + "\n" for line in lines) != text:
        found.append("REPLAY.jsonl: not canonical")
    order = [line["event"] for line in lines]
    if order[:2] != ["ReplayHeader", "SessionStart"] or order[-1] != "SessionEnd" or lines[0]["replay_version"] != 1:
        found.append("REPLAY.jsonl: order")
    if lines[1]["session_id"] != receipt["session_id"] or lines[1]["policy_bundle_id"] != receipt["policy_bundle_id"]:
        found.append("REPLAY.jsonl: another run")
    for line in lines:
        if line["event"] == "RuntimeEvent" and "sha256:" + sha256(canonical(line["payload"])) != line["payload_hash"]:
            found.append(f"REPLAY.jsonl: payload_hash of seq {line['seq']}")
    results = [line for line in lines if line["event"] == "ToolResult"]
    events = len(lines) - 3 - len(results)
    metrics, end = receipt["metrics"], lines[-1]
    if events != receipt["event_count"]:
        found.append("REPLAY.jsonl: event_count")
    if not len(results) == end["total_tool_calls"] == metrics["tool_calls"] == len(receipt["tool_calls"]):
        found.append("REPLAY.jsonl: tool calls")
    total = min(sum(line["latency_ms"] for line in results), 2**64 - 1)
    if not total == end["total_latency_ms"] == metrics["tool_latency_ms_total"]:
        found.append("REPLAY.jsonl: latency")
    paid = min(sum(line["amount_msats"] for line in lines if line["event"] == "Payment"), 2**64 - 1)
    if paid != metrics["payments_msats_total"]:
        found.append("REPLAY.jsonl: payments")
    return found


def main(path):
    with open(path, encoding="utf-8") as file:
        found = problems(json.load(file))
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
