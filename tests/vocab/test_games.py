"""Games: the losses of the players, the critic's optimum on known densities, weight clipping, what is refused."""

from __future__ import annotations

import math

import pytest
import sympy
import torch
from torch import Tensor
from torch.distributions import Normal

from mvgraph.errors import SpecError
from mvgraph.vocab.game import Game
from mvgraph.vocab.game.gan import Gan
from mvgraph.vocab.game.gan_compat import GanCompat
from mvgraph.vocab.game.lsgan import Lsgan
from mvgraph.vocab.game.wgan import Wgan

pytestmark = pytest.mark.usefixtures("double")

SCORES = torch.tensor([-60.0, -1.5, 0.0, 0.25, 3.0, 60.0], dtype=torch.float64)
WORDS = Game.registry.names()
SIDES = ("real", "fake", "generator")
REAL, FAKE = (Normal(*torch.tensor(p, dtype=torch.float64)) for p in ([0.0, 1.0], [0.7, 0.6]))


def written(text: str, score: float) -> float:
    """The value of a loss's text at a score."""
    value = sympy.sympify(text.replace("log σ(C)", "log(σ(C))").replace("σ(C)", "1/(1 + exp(-C))").replace("²", "**2"))
    return float(value.subs({"C": sympy.Float(score, 60)}).evalf(30))


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("side", SIDES)
def test_losses_are_what_their_text_says(word: str, side: str) -> None:
    game = Game.registry[word]()
    text = getattr(game, f"{side}_text")
    for score in (-1.5, 0.0, 0.25, 3.0):
        found = float(getattr(game, side)(torch.tensor(score)))
        assert found == pytest.approx(written(text, score), rel=1e-6)  # gan_compat adds its eps of 1e-8


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("side", SIDES)
def test_losses_and_gradients_are_finite_at_any_score(word: str, side: str) -> None:
    scores = SCORES.clone().requires_grad_()
    values = getattr(Game.registry[word](), side)(scores)
    assert values.shape == scores.shape
    (gradient,) = torch.autograd.grad(values.sum(), scores)
    assert torch.isfinite(values).all()
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("word", WORDS)
def test_the_players_pull_the_scores_where_they_should(word: str) -> None:
    game = Game.registry[word]()
    score = torch.tensor(0.3, requires_grad=True)
    slopes = {side: float(torch.autograd.grad(getattr(game, side)(score), score)[0]) for side in SIDES}
    assert slopes["real"] < 0 < slopes["fake"]
    assert slopes["generator"] < 0


@pytest.mark.parametrize("word", WORDS)
def test_words_read_back(word: str) -> None:
    game = Game.registry[word]()
    assert Game.read(game.write()) == game
    assert type(game).__module__ == f"mvgraph.vocab.game.{word}"


@pytest.mark.parametrize(
    ("game", "best"),
    [
        (Gan(), lambda x: REAL.log_prob(x) - FAKE.log_prob(x)),
        (Lsgan(), lambda x: torch.sigmoid(REAL.log_prob(x) - FAKE.log_prob(x))),
    ],
)
def test_the_best_critic_of_two_gaussians_is_known(game: Game, best: object) -> None:
    """The critic's expected loss, a sum over a grid, is flat in all scores at the known optimum, and more elsewhere."""
    x = torch.linspace(-6, 6, 601)
    weights = [d.log_prob(x).exp() * (x[1] - x[0]) / 2 for d in (REAL, FAKE)]

    def loss(scores: Tensor) -> Tensor:
        return (weights[0] * game.real(scores) + weights[1] * game.fake(scores)).sum()

    scores = best(x).requires_grad_()  # type: ignore[operator]
    (slope,) = torch.autograd.grad(loss(scores), scores)
    torch.testing.assert_close(slope, torch.zeros_like(x), rtol=0, atol=1e-15)
    torch.manual_seed(0)
    assert all(loss(scores + 0.1 * torch.randn_like(x)) > loss(scores) for _ in range(5))


def test_the_loss_of_the_best_classifier_is_that_of_the_jensen_shannon_divergence() -> None:
    x = torch.linspace(-8, 8, 4001)
    real, fake = (d.log_prob(x) for d in (REAL, FAKE))
    middle = torch.logaddexp(real, fake) - math.log(2)
    step = float(x[1] - x[0])
    divergence = 0.5 * ((real.exp() * (real - middle)).sum() + (fake.exp() * (fake - middle)).sum()) * step
    loss = 0.5 * ((real.exp() * Gan().real(real - fake)).sum() + (fake.exp() * Gan().fake(real - fake)).sum()) * step
    assert float(loss) == pytest.approx(math.log(2) - float(divergence), rel=1e-10)


def test_the_gradient_of_a_linear_wasserstein_critic_is_the_difference_of_means() -> None:
    torch.manual_seed(0)
    real, fake = torch.randn(50, 3), 2 * torch.randn(70, 3) + 1
    weights = torch.randn(3, requires_grad=True)
    loss = Wgan().real(real @ weights).mean() + Wgan().fake(fake @ weights).mean()
    (gradient,) = torch.autograd.grad(loss, weights)
    torch.testing.assert_close(gradient, fake.mean(0) - real.mean(0), rtol=1e-12, atol=1e-12)


def test_the_compatible_game_falls_without_end_where_the_classifier_has_done_its_work() -> None:
    """At sure fakes `gan`'s loss and slope fade; `gan_compat` still falls, one for one, until eps stops it."""
    score = torch.tensor(-15.0, requires_grad=True)
    (settled,) = torch.autograd.grad(Gan().fake(score), score)
    (endless,) = torch.autograd.grad(GanCompat().fake(score), score)
    assert float(settled) < 1e-6
    assert float(endless) > 0.9
    assert float(GanCompat().fake(torch.tensor(-1000.0))) == pytest.approx(math.log(1e-8) - 1)


def test_only_the_games_that_say_so_touch_the_weights_of_a_critic() -> None:
    for word in Game.registry:
        weights = torch.tensor([-2.0, 0.001, 2.0])
        Game.registry[word]().project([weights])
        clipped = torch.tensor([-0.01, 0.001, 0.01]) if word == "wgan" else torch.tensor([-2.0, 0.001, 2.0])
        assert torch.equal(weights, clipped)


@pytest.mark.parametrize("word", ["wgan", "gan_compat"])
def test_numbers_that_would_leave_the_critic_without_a_bound_are_refused(word: str) -> None:
    option = {"wgan": "clip", "gan_compat": "eps"}[word]
    with pytest.raises(SpecError, match=f"{option} is above 0"):
        Game.read({word: {option: 0.0}})
