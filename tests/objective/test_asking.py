"""Why a term is there: found by number and by text, with the places that it comes from, checked against the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from mvgraph.errors import UsageError
from mvgraph.objective.asking import Answer, why
from mvgraph.objective.explaining import Account
from mvgraph.spec import zoo
from mvgraph.spec.reading import load

NAMES = zoo.names()


def whole(name: str, **overrides: int) -> Account:
    """The account of a reference spec."""
    return Account(load(name, **overrides))


def whats(found: Answer) -> list[str]:
    """What an answer names, in short."""
    return [".".join(map(str, o.path)) for o in found.origins]


@pytest.mark.parametrize("name", NAMES)
def test_every_term_comes_from_somewhere(name: str) -> None:
    """Every line has a written term, and every place is a line of the file that begins with what is named."""
    account = whole(name)
    ones = [*account.objective.phases.values()] or [account.objective]
    lines = [line for one in ones for line in one.lines]
    for number, line in enumerate(lines, 1):
        found = why(account, str(number))
        assert found.line.text == line
        assert any("objective" in o.path for o in found.origins)
        for origin in found.origins:
            assert origin.place is not None
            text = Path(origin.place.file).read_text(encoding="utf-8").splitlines()[origin.place.line - 1]
            assert origin.excerpt == text.strip()
            assert str(origin.path[-1]) in text or isinstance(origin.path[-1], int) or origin.path[0] == "q"


@pytest.mark.parametrize("name", ["mopoe", "mmvae_plus", "mhvae_gan", "nexus"])
def test_folded_lines_have_numbers_too(name: str) -> None:
    """A number is that of a line as it is printed."""
    account = whole(name, views=3)
    folded = account.folded(account.objective.terms)
    assert folded is not None
    for number, line in enumerate(folded.lines, 1):
        assert why(account, str(number)).line.text == line == why(account, line).line.text


@pytest.mark.parametrize(
    ("name", "question", "paths"),
    [
        (
            "mopoe",
            "E[log p(x.1|z); z~q(z|1)]",
            ["objective.maximize.0", "p.x.given", "q.z", "q.z.prior_expert", "q.mixture"],
        ),
        ("mvae", "2", ["objective.maximize.0", "p.x.given", "p.z", "q.z", "q.z.prior_expert"]),
        (
            "mvtcae",
            "- alpha*beta/2 KL(PoE[q(z|1)·q(z|2)] || q(z|1))",
            ["objective.minimize.0", "q.z", "params.alpha", "params.beta"],
        ),
        ("jnf", "KL(qJ(z|1,2)||p(z))", ["phases.0.objective.maximize.0", "p.z", "q.z", "params.beta"]),
        (
            "mhvae",
            "KL(PoE[p(z.3)·q(z.3|1)] || p(z.3))",
            ["objective.maximize.0", "p.z", "q.z", "q.z.prior_expert", "params.beta"],
        ),
        ("mwae", "5", ["objective.minimize.0", "p.z", "q.z"]),
    ],
)
def test_where_a_term_comes_from(name: str, question: str, paths: list[str]) -> None:
    """By hand."""
    assert whats(why(whole(name), question)) == paths


def test_a_term_that_two_routes_give() -> None:
    """Both of them are named."""
    found = why(whole("crmvae"), "- beta/3 KL(PoE[q(z|1)·q(z|2)] || p(z))")
    assert [p for p in whats(found) if p.startswith("objective")] == ["objective.maximize.0"]
    both = why(whole("mvae_subsampled", views=3), "KL(PoE[p(z)·q(z|1)] || p(z))")
    assert [p for p in whats(both) if p.startswith("objective")] == ["objective.maximize.0"]


@pytest.mark.parametrize(
    ("name", "question", "reason"),
    [
        ("mmvae_plus", "KL(r(h.1) || p(h.1))", "auxiliary prior"),
        ("dmvae", "KL(q(h.2|2)||p(h.2))", ""),
        ("nexus", "KL(p(z.2) || p(z.2))", "drawn from its prior"),
    ],
)
def test_why_a_term_is_not_there(name: str, question: str, reason: str) -> None:
    """What a rule leaves out is found as well, with the rule; what some route keeps is there."""
    found = why(whole(name), question)
    assert ("it is not in the objective" in found.about) == bool(reason)
    assert reason in found.about
    assert found.origins


def test_a_part_of_a_line_is_enough_where_it_is_in_one_line_alone() -> None:
    """Else nothing is guessed."""
    account = whole("mvae")
    assert why(account, "p(x.2|z)").line.text.startswith("+ E[log p(x.2|z)")
    with pytest.raises(UsageError, match="there is no term 'PoE'"):
        why(account, "PoE")


@pytest.mark.parametrize("question", ["0", "99", "KL(a || b)", ""])
def test_an_unknown_term_teaches(question: str) -> None:
    """The lines are listed with their numbers."""
    with pytest.raises(UsageError, match=r"ask by number or text for one of\n  1\. \+ E\[log p\(x\.1\|z\)") as raised:
        why(whole("mvae"), question)
    assert "  3. - beta KL" in str(raised.value)


def test_a_long_list_is_cut() -> None:
    """Nobody reads a hundred lines of an error."""
    with pytest.raises(UsageError, match="  and 166 more"):
        why(Account(load("mopoe", views=5), unfold=True), "0")
