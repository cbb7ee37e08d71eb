"""Contracts: generate Python from `proto/`, and check that nothing drifted, reads badly or breaks old readers.

`python -m tools.proto` writes the generated code; `--check` writes nothing and exits 1 on drift, on `buf lint`, and on
`buf breaking` against the branch `main`. Needs no network.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
PACKAGE_NOTE = '"""Generated from `proto/`; never edited. `make proto` writes it."""\n'
BUF = Path(sys.executable).parent / "buf"


def sources() -> list[str]:
    """Every contract, relative to `proto/`, in a stable order."""
    return sorted(str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto"))


def generate(target: Path) -> list[Path]:
    """Write modules, stubs and package files below `target`; returns their relative paths, sorted."""
    program = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"--python_out={target}", f"--pyi_out={target}"]
    descriptors = target / "openagents" / "wire" / "descriptors.binpb"
    descriptors.parent.mkdir(parents=True, exist_ok=True)
    program += [f"--descriptor_set_out={descriptors}", "--include_source_info", "--include_imports"]
    subprocess.run([*program, *sources()], check=True, cwd=PROTO)
    written = {descriptors.relative_to(target)}
    for source in sources():
        stem = Path(source).with_suffix("")
        written |= {stem.with_name(stem.name + "_pb2.py"), stem.with_name(stem.name + "_pb2.pyi")}
        for folder in (stem.parent, stem.parent.parent):
            (target / folder / "__init__.py").write_text(PACKAGE_NOTE)
            written.add(folder / "__init__.py")
    return sorted(written)


def drifted() -> list[str]:
    """Generated files that are not what `proto/` says now."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        expected = generate(fresh)
        problems = [
            str(path)
            for path in expected
            if not (ROOT / path).exists() or not filecmp.cmp(fresh / path, ROOT / path, shallow=False)
        ]
        present = {path.relative_to(ROOT) for path in (ROOT / "openagents").rglob("*_pb2.py*") if path.suffix != ".pyc"}
        return problems + [f"{path} (no contract for it)" for path in sorted(present - set(expected))]


def has_baseline() -> bool:
    """Whether `main` holds contracts to compare with; the very first commit has none."""
    found = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", "main:proto/buf.yaml"], cwd=ROOT, capture_output=True, check=False
    )
    return found.returncode == 0


def check() -> int:
    """Run every gate; returns the exit status."""
    status = 0
    if problems := drifted():
        print("generated code differs from proto/ (run `make proto`):", *problems, sep="\n  ")
        status = 1
    status |= subprocess.run([BUF, "lint"], cwd=PROTO, check=False).returncode
    status |= subprocess.run([BUF, "format", "--diff", "--exit-code"], cwd=PROTO, check=False).returncode
    if has_baseline():
        with tempfile.TemporaryDirectory() as folder:
            archive = subprocess.run(["git", "archive", "main", "proto"], cwd=ROOT, capture_output=True, check=True)
            subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
            against = str(Path(folder) / "proto")
            status |= subprocess.run([BUF, "breaking", "--against", against], cwd=PROTO, check=False).returncode
    else:
        print("proto: no contracts on main yet, nothing to compare with")
    return 1 if status else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        return check()
    with tempfile.TemporaryDirectory() as folder:
        for path in generate(Path(folder)):
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder) / path, ROOT / path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
