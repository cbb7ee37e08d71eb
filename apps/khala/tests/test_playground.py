"""The playground in a real browser: two panes on one run, one of them cut off and connected again."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.http import Http404
from django.test import RequestFactory

from apps.khala.api import playground
from apps.khala.tests.browser import browser, needs_chromium
from apps.khala.tests.conftest import JournalTopic, Serving

EQUAL = "document.getElementById('says').textContent === 'Equal'"


def cursor(pane: str) -> str:
    return f"+document.querySelector('#pane-{pane} [data-v=cursor]').textContent.replaceAll(',', '')"


@needs_chromium
@pytest.mark.slow
def test_two_panes_end_equal_although_one_was_cut(serving: Serving, run_topic: JournalTopic, tmp_path: Path) -> None:
    run_topic.append(*({"delta": f"word {number}"} for number in range(120)))
    with browser(tmp_path / "profile") as page:
        page.go(f"{serving.http}/khala/playground?topic={run_topic.name}")
        page.until(f"{cursor('a')} === 120 && {cursor('b')} === 120 && {EQUAL}")
        page.value("document.querySelector('#pane-b button').click()")
        page.until("document.querySelector('#pane-b .link').dataset.link === 'cut'")
        run_topic.append(*({"delta": f"unseen {number}"} for number in range(80)))
        page.until(f"{cursor('a')} === 200 && {cursor('b')} === 120")
        assert "80 rows behind" in page.value("document.getElementById('says').textContent")
        page.value("document.querySelector('#pane-b button').click()")
        page.until(f"{cursor('b')} === 200 && {EQUAL}")
        run_topic.append({"delta": "both hear this"})
        page.until(f"{cursor('a')} === 201 && {cursor('b')} === 201 && {EQUAL}")
        chains = page.value("panes.map(pane => hex(pane.chain))")
        assert chains == [run_topic.chain.hex()] * 2
        assert page.value("panes.map(pane => [pane.connections, pane.wrong])") == [[1, 0], [2, 0]]
        assert page.value("panes[1].anchors") >= 2, "the server's own chain was compared"
        assert page.value("[compared > 0, mismatches]") == [True, 0]
        assert page.complaints == []


@needs_chromium
@pytest.mark.slow
def test_a_difference_would_be_seen(serving: Serving, run_topic: JournalTopic, tmp_path: Path) -> None:
    """The check is checked: a pane that folded another row says so."""
    run_topic.append({"n": 1}, {"n": 2})
    with browser(tmp_path / "profile") as page:
        page.go(f"{serving.http}/khala/playground?topic={run_topic.name}")
        page.until(f"{cursor('a')} === 2 && {cursor('b')} === 2")
        page.value("panes[1].chain[0] ^= 1")
        run_topic.append({"n": 3})
        page.until("document.getElementById('verdict').dataset.state === 'different'")
        page.until("panes[1].wrong > 0")


def test_the_page_asks_for_nothing_but_itself(serving: Serving) -> None:
    answer = httpx.get(f"{serving.http}/khala/playground")
    assert answer.status_code == 200 and "http://" not in answer.text and "https://" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_tokens_are_for_the_runs_owner_only_and_only_here(
    serving: Serving, run_topic: JournalTopic, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{serving.http}/khala/playground/token"
    assert httpx.get(url, params={"topic": run_topic.name, "pane": "a"}).json()["token"]
    for topic, pane in ((run_topic.name, "A/b"), ("run:none:events", "a"), ("a\x00b", "a")):
        assert httpx.get(url, params={"topic": topic, "pane": pane}).status_code == 404
    monkeypatch.setattr(settings.OA, "oa_env", "staging")
    assert playground.routes() == []
    for view in (playground.page, playground.token):
        with pytest.raises(Http404):
            view(RequestFactory().get("/khala/playground"))
