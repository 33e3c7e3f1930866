"""Another objective: a spec, as a mapping, changed in one point; nothing where it has no such point."""

from __future__ import annotations

import re
from copy import deepcopy

from hypothesis import strategies as st

from .rewriting import Draw, Tree, terms_of, times


def reweighed(draw: Draw, tree: Tree) -> Tree:
    """Another weight of one term."""
    _, options = draw(st.sampled_from(terms_of(tree)))
    options["weight"] = f"({options.get('weight', 1)}) + 1/7"
    return tree


def inner(draw: Draw, tree: Tree) -> Tree:
    """Another weight of the divergences, or of the scores, of one route."""
    routes = [o for w, o in terms_of(tree) if w in ("elbo", "iwae")]
    options = draw(st.sampled_from(routes))
    key = draw(st.sampled_from(["beta", "likelihood_weight"]))
    options[key] = draw(st.sampled_from(["3/7", "alpha + 3/7"]))
    return tree


def opposite(draw: Draw, tree: Tree) -> Tree:
    """Another sign of one term."""
    _, options = draw(st.sampled_from(terms_of(tree)))
    options["weight"] = times(-1, f"({options.get('weight', 1)})")
    return tree


def other_evidence(draw: Draw, tree: Tree) -> Tree | None:
    """An expert more, or fewer: other views behind the bar of one route or density."""
    names = list(tree["views"])
    sets = ["V", *([n] for n in names), names[:2], names[1:]]
    _, options = draw(st.sampled_from(terms_of(tree)))
    if "from" in options:
        old, key = options["from"], "from"
        new = draw(st.sampled_from([s for s in sets if s and s != old] or [old]))
        options[key] = new
        return None if new == old else tree
    if "of" not in options:
        return None
    texts = [options["of"]] if isinstance(options["of"], str) else options["of"]
    old = draw(st.sampled_from([t for t in texts if "|" in t and "." not in t] or [""]))
    new = re.sub(r"\|.*\)", f"| {draw(st.sampled_from(['V', *names]))})", old)
    options["of"] = new if isinstance(options["of"], str) else [new if t == old else t for t in texts]
    return None if new == old else tree


def other_family(draw: Draw, tree: Tree) -> Tree | None:
    """Experts of another family."""
    rules = [r for n, r in tree["q"].items() if n != "mixture" and "fuse" not in r and "share" not in r]
    if not rules:
        return None
    rule = draw(st.sampled_from(rules))
    rule["expert"] = "normal" if rule["expert"] == "laplace" else "laplace"
    return tree


def other_fusion(draw: Draw, tree: Tree) -> Tree | None:
    """Another rule that makes one density of the experts."""
    rules = [r for n, r in tree["q"].items() if n != "mixture" and r.get("fuse") in ("poe", "mean")]
    if not rules:
        return None
    rule = draw(st.sampled_from(rules))
    rule.pop("prior_expert", None)
    rule["fuse"] = "poe" if rule["fuse"] == "mean" else "mean"
    return tree


def other_prior_expert(draw: Draw, tree: Tree) -> Tree | None:
    """The prior as one expert more, or one fewer."""
    rules = [r for n, r in tree["q"].items() if n != "mixture" and r.get("fuse") == "poe"]
    if not rules:
        return None
    rule = draw(st.sampled_from(rules))
    old = rule.get("prior_expert", "never")
    rule["prior_expert"] = draw(st.sampled_from([w for w in ("never", "full", "always") if w != old]))
    return tree


def other_absence(draw: Draw, tree: Tree) -> Tree | None:
    """Private latents of absent views from elsewhere."""
    rules = [r for n, r in tree["q"].items() if n != "mixture" and "absent" in r]
    if not rules:
        return None
    rule = draw(st.sampled_from(rules))
    rule.pop("auxiliary", None)
    rule["absent"] = "own" if rule["absent"] != "own" else "prior"
    return tree


PERTURBATIONS = {
    "coefficient": (reweighed, inner),
    "expert": (other_evidence, other_family, other_fusion),
    "sign": (opposite,),
    "prior expert": (other_prior_expert,),
    "absence": (other_absence,),
}


def perturbed(draw: Draw, tree: Tree, kind: str) -> Tree | None:
    """A spec with one change of a kind."""
    change = draw(st.sampled_from(PERTURBATIONS[kind]))
    return change(draw, deepcopy(tree))
