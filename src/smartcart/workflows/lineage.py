"""Segments that live on: a run that continues an earlier one keeps ids and names.

K is kept, too: where segments only slice a continuum, another sample may well pick another K, and a
shop does not want other segments each month for that. K follows only where both fits found natural
clusters, the data have changed, and the segments of before no longer do: then a segment has arisen,
ended, or become one with another.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartcart import store
from smartcart.core import choose_k, drift, kmeans, naming, prepare
from smartcart.core.identity import identify, overlap_counts
from smartcart.errors import DataError
from smartcart.records import (
    Fate,
    Identity,
    JsonObject,
    KChange,
    KEvidence,
    Match,
    Model,
    Notice,
    Recipe,
    Run,
)
from smartcart.report.over_time import fate
from smartcart.workflows.customer_arrays import CustomerArrays
from smartcart.workflows.models import load
from smartcart.workflows.reference import BinCount

__all__ = ["Heritage", "Previous", "follows", "model_mark", "previous_run", "with_ids"]

Floats = NDArray[np.float64]
DIGITS = 16
NATURAL = "natural clusters"
STEADY = 0.85  # Jaccard of the weakest segment from which the segments of before still come back


def model_mark(model: Model) -> str:
    """Return a mark of a model: of its data, its centroids, and ids and names of its segments.

    The names are the model's own: one that a person gave makes no other model of it.
    """
    told = [model.fingerprint, model.centroids, model.ids, model.names]
    text = json.dumps(store.plain(told))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def follows(new: Model, old: Model) -> bool:
    """Return whether the ids of a model mean the segments of an earlier one."""
    mark = model_mark(old)
    return mark == model_mark(new) or mark in new.lineage


@dataclass(frozen=True, slots=True)
class Heritage:
    """What a run takes over: ``order`` of its centroids, and of these ids, names and the rest."""

    order: list[int]
    ids: tuple[int, ...]
    named: tuple[naming.EarnedName, ...]
    used: tuple[int, ...]
    lineage: tuple[str, ...]
    identity: Identity
    notices: tuple[Notice, ...]

    def given_to(self, run: Run) -> Run:
        """Return the run with ids and all else that it takes over."""
        golden = tuple(
            replace(row, segment_id=self.ids[row.segment_id - 1]) for row in run.model.golden
        )
        model = replace(
            run.model, ids=self.ids, used=self.used, lineage=self.lineage, golden=golden
        )
        run = replace(
            run, model=model, identity=self.identity, notices=(*run.notices, *self.notices)
        )
        return with_ids(run, self.ids)


@dataclass(frozen=True, slots=True)
class Previous:
    """An earlier run's model; ``fresh``: only the ids of segments that are the same live on."""

    model: Model
    fresh: bool = False
    folder: str = ""  # as it was named
    own: Model | None = None  # the same with its own names, where people gave it others

    @property
    def k(self) -> int | None:
        """The K that is kept."""
        return None if self.fresh else len(self.model.centroids)

    def warmed(
        self,
        choice: choose_k.KChoice,
        table: CustomerArrays,
        recipe: Recipe,
        *,
        seed: int,
        asked: bool,
    ) -> choose_k.KChoice:
        """Return the choice with the fit started from the earlier segments.

        The start is the mean of each segment's customers by the earlier model, in the scale of the
        new recipe. With another K, or ``fresh``, the choice is as it was. ``asked``: K is the
        user's, not the earlier run's; else K may follow the evidence.

        Raises
        ------
        DataError
            Where the new data lack what the earlier model needs.
        """
        if self.fresh:
            return choice
        if not asked:
            choice = self._followed(choice, table)
        k = choice.evidence.k
        X = self._features(table)
        if X is None:
            raise DataError.of(
                "the new data lack columns that the earlier run's segments are made of",
                "the columns of the earlier run",
                "bring them back, or fit anew with --fresh",
            )
        labels = self._labels(X)
        heavy = table.weight > 0
        present = np.bincount(labels[heavy], minlength=len(self.model.centroids))
        if k != len(self.model.centroids) or k < 2 or (present == 0).any():
            return choice
        Z = prepare.apply_recipe(table.sample[:, : len(recipe.features)], recipe)
        start = np.stack([Z[heavy & (labels == i)].mean(axis=0) for i in range(k)])
        return choose_k.settle_from(choice, Z, start, seed=seed, sample_weight=table.weight)

    def _followed(self, choice: choose_k.KChoice, table: CustomerArrays) -> choose_k.KChoice:
        """Return the choice with the K of before, or that of the natural clusters of now.

        K follows where the earlier K was what the evidence picked, both fits found natural
        clusters, and the data are no longer those of the earlier fit: on another sample of the same
        customers a shallow valley may be missed. Fewer segments are taken only where those of
        before no longer come back on resamples, either.
        """
        told, figures = choice.evidence, self.model.figures
        k = len(self.model.centroids)
        moved = (
            told.verdict == figures.get("verdict") == NATURAL
            and figures.get("recommended", k) == k
            and told.recommended != k
            and told.recommended in choice.every_jaccard
            and (told.recommended > k or min(choice.every_jaccard.get(k, (0.0,))) < STEADY)
            and self._drifted(table)
        )
        if not moved:
            return replace(choice, evidence=replace(told, chosen_by="previous"))
        evidence = replace(told, k=told.recommended, chosen_by="evidence")
        return replace(choice, evidence=evidence, jaccard=choice.every_jaccard[evidence.k])

    def _drifted(self, table: CustomerArrays) -> bool:
        """Return whether the data differ from the reference of the earlier model."""
        reference, X = self.model.reference, self._features(table)
        if reference is None or X is None:
            return False
        names = [f.name for f in self.model.recipe.features]
        bins = [one for one in reference.columns if one.column in names]
        count = BinCount(tuple(names.index(one.column) for one in bins), tuple(bins))
        count.add(count.part(X))
        Z = prepare.apply_recipe(X, self.model.recipe)
        labels, d1, _ = kmeans.assign(Z, np.array(self.model.centroids))
        found = drift.compare(
            reference,
            count.named(),
            sizes=np.bincount(labels, minlength=len(reference.sizes)),
            beyond=drift.beyond_far(np.sqrt(d1), labels, reference.far),
        )
        return found.verdict == "refit"

    def heritage(
        self,
        table: CustomerArrays,
        recipe: Recipe,
        centers: Floats,
        named: Sequence[naming.EarnedName],
        choice: choose_k.KChoice,
    ) -> Heritage:
        """Match the new segments with the earlier ones: their ids, names and order."""
        old, k = self.model, len(centers)
        X = self._features(table)
        if X is None:  # a fresh run of other columns: nothing can be told to be the same
            first = max([0, *old.ids, *old.used]) + 1
            identity = Identity((), tuple(range(first, first + k)), old.ids)
        else:
            identity = self._identity(X, table, recipe, centers)
        order = sorted(range(k), key=lambda j: identity.ids[j])
        ids = tuple(identity.ids[j] for j in order)
        kept = dict(zip(old.ids, old.names, strict=True))
        told: list[Notice] = []
        called = []
        for j, one in zip(order, ids, strict=True):
            name = kept.get(one, named[j].name)
            if one not in kept and name in old.names:  # it is another segment
                name = f"{name} ({one})"
            if one in kept and name != named[j].name:
                told.append(
                    Notice(
                        "kept name",
                        f"Segment {one} keeps its name {name!r}; by its "
                        f"profile alone it would be {named[j].name!r}.",
                    )
                )
            called.append(replace(named[j], name=name))
        names = kept | {i: one.name for i, one in zip(ids, called, strict=True)}
        told = [Notice(m.kind, fate(m, names)) for m in identity.matches if m.kind != "kept"] + told
        if X is None:
            told.append(
                Notice(
                    "new segments",
                    "The data lack columns that the earlier segments "
                    "were made of, so all segments count as new.",
                )
            )
        about = self._about_k(X, table, recipe, choice)
        if about.now != about.before or about.now != about.recommended:
            told.append(Notice("other K", about.sentence))
        identity = replace(
            identity,
            k=about,
            previous=self.folder,
            names_before=tuple(zip(old.ids, old.names, strict=True)),
        )
        return Heritage(
            order,
            ids,
            tuple(called),
            tuple(sorted({*old.used, *identity.retired})),
            (model_mark(self.own or old), *old.lineage),
            identity,
            tuple(told),
        )

    def _about_k(
        self, X: Floats | None, table: CustomerArrays, recipe: Recipe, choice: choose_k.KChoice
    ) -> KChange:
        """Say whether K has changed or should, with what would become of the segments then."""
        told = choice.evidence
        best, before = told.recommended, len(self.model.centroids)
        fates: tuple[Match, ...] = ()
        if best != told.k and best in choice.fits and X is not None:
            fates = self._identity(X, table, recipe, choice.fits[best].centers).matches
        return KChange(
            before,
            told.k,
            best,
            str(self.model.figures.get("verdict", "")),
            told.verdict,
            told.chosen_by,
            _k_sentence(before, told, fates, fresh=self.fresh),
            fates,
        )

    def _features(self, table: CustomerArrays) -> Floats | None:
        types = {c.name: c.type for c in self.model.contract.columns}
        return table.sample_of(self.model.recipe.features, types)

    def _labels(self, X: Floats) -> NDArray[np.generic]:
        Z = prepare.apply_recipe(X, self.model.recipe)
        return kmeans.assign(Z, np.array(self.model.centroids))[0]

    def _identity(
        self, X: Floats, table: CustomerArrays, recipe: Recipe, centers: Floats
    ) -> Identity:
        """Compare both models on the same customers, in the scale of the earlier recipe."""
        old, k = self.model, len(centers)
        Z = prepare.apply_recipe(table.sample[:, : len(recipe.features)], recipe)
        after = kmeans.assign(Z, centers)[0]
        before = np.array(old.ids)[self._labels(X)]
        then = prepare.apply_recipe(X, old.recipe)
        moved = np.stack(
            [
                then[after == j].mean(axis=0) if (after == j).any() else np.full(then.shape[1], 1e6)
                for j in range(k)
            ]
        )
        heavy = table.weight > 0
        met = overlap_counts(before[heavy], after[heavy], old.ids, k)
        return identify(old.ids, np.array(old.centroids), moved, met, used=old.used)


def _k_sentence(before: int, told: KEvidence, fates: Sequence[Match], *, fresh: bool) -> str:
    """Say what became of K, why, and what else could be."""
    k, best = told.k, told.recommended
    if told.chosen_by == "evidence" and k != before:
        why = (
            "by the evidence alone (--fresh)"
            if fresh
            else "the data have changed, and their natural clusters are no longer as many"
        )
        return f"K is now {k}, was {before}: {why}."
    stays = f"K stays {k}" if k == before else f"K is {k} as you asked, was {before}"
    if k == best:
        return f"{stays}; the evidence picks it too."
    text = f"{stays}; the evidence now picks {best} ({told.verdict})"
    counts = Counter(match.kind for match in fates)
    kinds: tuple[Fate, ...] = ("kept", "new", "split", "merged", "retired")
    parts = [f"{counts[kind]} {kind}" for kind in kinds if counts[kind]]
    if parts:
        text += f", which would make of the earlier segments: {', '.join(parts)}"
    return f"{text}. Take it with --k {best}, or fit anew with --fresh."


def previous_run(folder: Path | None, *, fresh: bool = False) -> Previous | None:
    """Return the model of an earlier run folder to continue; None without one.

    Raises as :func:`smartcart.workflows.models.load`.
    """
    if folder is None:
        return None
    path = Path(folder)
    return Previous(load(path), fresh, str(folder), load(path, own=True))


def with_ids(run: Run, ids: Sequence[int]) -> Run:
    """Return the run with these segment ids in the place of 1 to K."""
    if tuple(ids) == tuple(range(1, len(ids) + 1)):
        return run
    known = (0, *ids)
    parts = {
        name: _numbered(getattr(run, name), known)
        for name in (
            "segments",
            "profile",
            "picture",
            "outcomes",
            "rulebook",
            "artefacts",
            "fairness",
            "reasons",
        )
    }
    return replace(run, **parts)


def _numbered(value: object, known: Sequence[int]) -> Any:
    """Return records with other numbers in the fields that hold segment ids."""
    if isinstance(value, tuple):
        return tuple(_numbered(one, known) for one in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    changed: JsonObject = {}
    for field in dataclasses.fields(value):
        held = getattr(value, field.name)
        if field.name == "segment_id":
            changed[field.name] = known[held]
        elif field.name in {"segment_ids", "segments"} and _whole(held):
            changed[field.name] = tuple(known[one] for one in held)
        elif isinstance(held, tuple) and held and dataclasses.is_dataclass(held[0]):
            changed[field.name] = _numbered(held, known)
    return replace(value, **changed) if changed else value


def _whole(held: object) -> bool:
    return isinstance(held, tuple) and all(isinstance(one, int) for one in held)
