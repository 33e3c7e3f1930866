"""What the options of optimizers may be."""

from __future__ import annotations

from mvgraph.vocab.option import require

FASTEST = 1e3  # with 10 everything diverges already
MOST = 1e3


def check_rate(lr: float) -> None:
    """Refuse a learning rate that is not a positive number, or with which nothing could be learnt."""
    inside = 0 < lr <= FASTEST
    require(
        inside, "lr", f"a learning rate of {lr}", f"a learning rate is above 0 and at most {FASTEST:g}, such as 1e-3"
    )


def check_share(option: str, value: float) -> None:
    """Refuse a decay or momentum outside [0, 1)."""
    require(0 <= value < 1, option, f"{option} {value}", f"{option} lies from 0 up to, not including, 1")


def check_betas(betas: tuple[float, float]) -> None:
    """Refuse decay rates of Adam's two moments outside [0, 1)."""
    inside = all(0 <= b < 1 for b in betas)
    require(inside, "betas", f"betas {list(betas)}", "both decay rates lie from 0 up to, not including, 1")


def check_amount(option: str, value: float) -> None:
    """Refuse a negative amount, such as a weight decay, or one that leaves nothing else."""
    require(0 <= value <= MOST, option, f"{option} {value}", f"{option} is 0 or more, and at most {MOST:g}")
