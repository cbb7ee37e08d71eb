"""Fault points do nothing unless armed, and exactly what they were armed with otherwise."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from openagents.ops import faults
from openagents.ops.faults import InjectedFault, arm, load, point


@pytest.fixture(autouse=True)
def nothing_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_armed", {})


def test_an_unarmed_point_does_nothing() -> None:
    point("nowhere")
    with arm("elsewhere", "error"):
        point("nowhere")


def test_an_error_is_raised_inside_the_block_only() -> None:
    with arm("here", "error"), pytest.raises(InjectedFault, match="here"):
        point("here")
    point("here")


def test_it_may_start_at_the_nth_passage() -> None:
    with arm("here", "error@3"):
        point("here")
        point("here")
        for _ in range(2):
            with pytest.raises(InjectedFault):
                point("here")


def test_arming_again_inside_gives_the_outer_one_back() -> None:
    with arm("here", "error"):
        with arm("here", "delay:0"):
            point("here")
        with pytest.raises(InjectedFault):
            point("here")


def test_a_delay_waits_that_long(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    load("a=delay:250, b=delay:5@2 ,")
    point("a")
    point("b")
    point("b")
    assert waited == [0.25, 0.005]


@pytest.mark.parametrize("spec", ["a", "a=", "a=explode", "a=delay:soon", "a=error@never"])
def test_a_wrong_spec_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        load(spec)


def test_a_crash_ends_the_process_at_once_with_137() -> None:
    program = (
        "import atexit; from openagents.ops import faults; atexit.register(print, 'tidied');"
        "faults.load('here=crash@2'); faults.point('here'); print('once', flush=True);"
        "faults.point('here'); print('no')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (137, "once\n")
