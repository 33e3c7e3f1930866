"""A mean over rows, with its standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Estimate:
    """A mean over rows.

    Arguments:
        mean: of the rows' values.
        error: its standard error, s/√n with the sample deviation s; NaN for a single row.
        rows: how many rows, n.
    """

    mean: float
    error: float
    rows: int

    @classmethod
    def of(cls, values: Tensor) -> Estimate:
        """The mean of `(row,)` values.

        >>> import torch
        >>> print(Estimate.of(torch.tensor([1.0, 3.0])))
        2.00 ± 1.00
        """
        rows = len(values)
        values = values.detach().double()
        error = float(values.std()) / math.sqrt(rows) if rows > 1 else math.nan
        return cls(float(values.mean()) if rows else math.nan, error, rows)

    def __str__(self) -> str:
        places = 2 if abs(self.mean) >= 1 or not math.isfinite(self.mean) else 3
        error = f" ± {self.error:.{places}f}" if math.isfinite(self.error) else ""
        return f"{self.mean:.{places}f}{error}"
