"""A classifier that guesses arms from a blinded export, and how well chance would do.

Everything the export says of a participant becomes a number: how many rows, where they
stand in their file, each value, each instant as minutes from the randomization and
from the planned start of the first infusion.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from math import isfinite
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]  # rows by the name of their file
Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]
MOST_CODES = 12  # of a column whose answers are counted one by one
PERMUTATIONS = 499
ZEROS = (("ran.csv", "randomised_at"), ("irq.csv", "planned_start_at"))


def features(tables: Tables, numbers: Sequence[str]) -> tuple[list[str], Matrix]:
    """Names and standardized values of what tells participants apart."""
    place = {number: index for index, number in enumerate(numbers)}
    zeros: dict[str, list[datetime]] = {number: [] for number in numbers}
    for file, column in ZEROS:
        first = {row["participant"]: row[column] for row in reversed(tables[file])}
        for number in numbers:
            zeros[number].append(datetime.fromisoformat(first[number]))
    columns: dict[str, dict[int, float]] = {}
    for name, rows in tables.items():
        for feature, values in _features_of(name, rows, zeros):
            columns[feature] = {
                place[number]: fmean(numbers_of_person)
                for number, numbers_of_person in values.items()
                if number in place
            }
    matrix = np.full((len(numbers), len(columns)), np.nan)
    for index, by_place in enumerate(columns.values()):
        matrix[list(by_place), index] = list(by_place.values())
    return _standardized(list(columns), matrix)


def _features_of(
    name: str, rows: Sequence[Row], zeros: Mapping[str, Sequence[datetime]]
) -> Iterator[tuple[str, Mapping[str, Sequence[float]]]]:
    of_person: dict[str, list[int]] = {number: [] for number in zeros}
    for index, row in enumerate(rows):
        of_person.setdefault(row["participant"], []).append(index)
    yield f"{name}: rows", {n: [len(places)] for n, places in of_person.items()}
    yield f"{name}: places", {n: places for n, places in of_person.items() if places}
    for column in rows[0]:
        texts = {
            number: [rows[index][column] for index in places]
            for number, places in of_person.items()
        }
        for place, (file, _column) in enumerate(ZEROS):
            yield (
                f"{name}: {column} from {file}",
                _known(texts, lambda text, n, at=place: _minutes(text, zeros[n][at])),
            )
        yield f"{name}: {column}", _known(texts, lambda text, _number: _number_in(text))
        codes = sorted({text for words in texts.values() for text in words})
        for code in codes if len(codes) <= MOST_CODES else ():
            yield (
                f"{name}: {column} = {code}",
                {number: [words.count(code)] for number, words in texts.items()},
            )


def _known(
    texts: Mapping[str, Sequence[str]], read: Callable[[str, str], float | None]
) -> Mapping[str, Sequence[float]]:
    """What can be read of each participant's texts."""
    values = {
        number: [value for text in words if (value := read(text, number)) is not None]
        for number, words in texts.items()
    }
    return {number: known for number, known in values.items() if known}


def _number_in(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None  # the code of a form is INF


def _minutes(text: str, since: datetime) -> float | None:
    try:
        return (datetime.fromisoformat(text) - since).total_seconds() / 60
    except (TypeError, ValueError):  # another value, or a date alone
        return None


def _standardized(names: list[str], matrix: Matrix) -> tuple[list[str], Matrix]:
    """Missing values stand at the mean; what is the same for all is left out."""
    is_known = ~np.isnan(matrix)
    known = np.where(is_known, matrix, 0.0)
    counts = is_known.sum(axis=0)
    means = known.sum(axis=0) / np.maximum(counts, 1)
    centred = np.where(is_known, matrix - means, 0.0)
    spread = centred.std(axis=0)
    varies = spread > 1e-9
    kept = [name for name, keep in zip(names, varies, strict=True) if keep]
    return kept, centred[:, varies] / spread[varies]


def accuracy(matrix: Matrix, labels: Labels) -> float:
    """Share of participants guessed right, each by what tells all the others best."""
    mine = labels[:, None]
    sums = {arm: matrix[labels == arm].sum(axis=0) for arm in (True, False)}
    counts = {arm: int((labels == arm).sum()) for arm in (True, False)}
    means = {
        arm: (sums[arm] - np.where(mine == arm, matrix, 0.0))
        / (counts[arm] - (mine == arm))
        for arm in (True, False)
    }
    difference = means[True] - means[False]
    middle = (means[True] + means[False]) / 2
    best = np.abs(difference).argmax(axis=1)[:, None]
    guesses = np.take_along_axis(difference * (matrix - middle), best, axis=1) > 0
    right: Any = guesses[:, 0] == labels
    return float(right.mean())


def permutation_p(matrix: Matrix, labels: Labels, *, seed: int = 1) -> float:
    """Share of random arms that are guessed as well as the true ones."""
    rng, reached = np.random.default_rng(seed), accuracy(matrix, labels)
    as_good = sum(
        accuracy(matrix, rng.permutation(labels)) >= reached
        for _turn in range(PERMUTATIONS)
    )
    return (1 + as_good) / (1 + PERMUTATIONS)
