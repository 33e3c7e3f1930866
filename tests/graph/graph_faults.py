"""A good spec, and one faulty spec for every check."""

from __future__ import annotations

from dataclasses import dataclass

GOOD = """\
mvgraph: 1
name: good
params:
  alpha: 0.5
  beta: 1.0
  lam: {image: 2, sound: 1, label: 1}
views:
  image: {shape: [4], likelihood: normal}
  sound: {shape: [6], likelihood: normal}
  label: {shape: [3], likelihood: categorical}
p:
  z: {latent: normal, dim: 3}
  h: {latent: normal, dim: 2, plate: view}
  x: {observed: true, plate: view, given: [z, h]}
q:
  mixture: none
  z: {expert: normal, fuse: poe, prior_expert: full}
  h: {expert: normal, absent: own}
objective:
  maximize:
    - elbo: {for: {S: full+singles, m: V}, from: S, to: [m], beta: beta, likelihood_weight: 'lam[m]'}
  minimize:
    - kl: {of: q(z | V), to: q(z | n), for: {n: V}, weight: alpha}
"""


@dataclass(frozen=True)
class Fault:
    """The good text with replacements `old → new`, the codes it must give, and the text that the first points at."""

    name: str
    edits: tuple[tuple[str, str], ...]
    codes: tuple[str, ...]
    at: str

    @property
    def text(self) -> str:
        text = GOOD
        for old, new in self.edits:
            assert old in text, f"{self.name}: '{old}' is not in the text"
            text = text.replace(old, new)
        return text


def fault(name: str, codes: str, at: str, *edits: tuple[str, str]) -> Fault:
    return Fault(name, edits, tuple(codes.split()), at)


GIVEN = "given: [z, h]"
Z, H = "  z: {latent: normal, dim: 3}", "  h: {latent: normal, dim: 2, plate: view}"
QZ, QH = "  z: {expert: normal, fuse: poe, prior_expert: full}", "  h: {expert: normal, absent: own}"
ELBO = "elbo: {for: {S: full+singles, m: V}, from: S, to: [m], beta: beta, likelihood_weight: 'lam[m]'}"
STATISTIC = "    - statistic: {of: [q(h.m | m)], for: {m: V}, value: cca}\n  minimize:"
KL = "kl: {of: q(z | V), to: q(z | n), for: {n: V}, weight: alpha}"
JS = "js: {of: [p(z), q(z | n)], for: {n: V}, weight: alpha}"
CE = KL.replace("kl", "ce")
SINGLES = (("mixture: none", "mixture: singles"), ("S: full+singles, m", "m"), ("from: S", "from: V"))
OBJECTIVE = f"objective:\n  maximize:\n    - {ELBO}\n  minimize:\n    - {KL}\n"
PHASES = f"""phases:
  - name: first
    epochs: 2
    objective: {{maximize: [{{{ELBO}}}]}}
  - name: second
    epochs: 2
    freeze: [p, q.h]
    objective: {{minimize: [{{{KL}}}]}}
"""


def phased(name: str, codes: str, at: str, *edits: tuple[str, str]) -> Fault:
    """A fault of the good text with phases in place of its objective."""
    return fault(name, codes, at, (OBJECTIVE, PHASES), *edits)


ROUTE = ("  minimize:", "    - elbo: {from: V, to: {hhat: V}, drop: {p: 0.5}}\n  minimize:")
UPPER = (
    "q:\n  mixture: none\n",
    "  c: {latent: normal, dim: 2}\n  hhat: {pseudo: h, plate: view, given: [c], likelihood: mse}\n"
    "q:\n  mixture: none\n  c: {expert: normal, fuse: pool, reads: h}\n",
)
CONDITION = (
    "  h: {latent: normal, dim: 2, plate: view}\n  x: {observed: true, plate: view, given: [z, h]}",
    "  w: {condition: true, view: image}\n  h: {latent: normal, dim: 2, plate: view}\n"
    "  x: {observed: true, plate: view, given: [z, h, w]}",
)
GAME = "game: {play: gan, real: p(z), fake: q(z | n), for: {n: V}, weight: alpha}"


def game(name: str, codes: str, at: str, players: str, *edits: tuple[str, str]) -> Fault:
    """A game in the place of the KL."""
    return fault(name, codes, at, (KL, f"game: {{play: gan, {players}, weight: alpha}}"), *edits)


def moves(name: str, codes: str, at: str, order: str, edits: tuple[tuple[str, str], ...] = ((KL, GAME),)) -> Fault:
    """Moves, and a game for them."""
    return fault(name, codes, at, ("mvgraph: 1", f"mvgraph: 1\nmoves: {order}"), *edits)


NEVER = ("prior_expert: full", "prior_expert: never")

FAULTS = [
    fault(
        "reserved_name", "MVG201", "M: 1", ("alpha: 0.5", "alpha: 0.5\n  M: 1"), ("weight: alpha", "weight: alpha*M")
    ),
    fault("not_a_name", "MVG201", "S-1: V", ("for: {n: V}", "for: {S-1: V}"), ("q(z | n)", "q(z | S-1)")),
    fault("unknown_parent", "MVG202", "y]", (GIVEN, "given: [z, h, y]")),
    fault("parent_twice", "MVG260", "z]", (GIVEN, "given: [z, h, z]")),
    fault(
        "view_by_number",
        "MVG261 MVG261",
        "2: {shape",
        ("  image: {shape", "  2: {shape"),
        ("  sound: {shape", "  1: {shape"),
        ("{image: 2, sound: 1, label: 1}", "{2: 2, 1: 1, label: 1}"),
        ("of: q(z | V)", "of: 'q(z | 1, 2)'"),
    ),
    fault("condition_as_expert", "MVG262 MVG262", "from: S", CONDITION),
    fault("observed_parent", "MVG202 MVG203", "x]}\n  h:", (Z, "  z: {latent: normal, dim: 3, given: [x]}")),
    fault(
        "cycle",
        "MVG203",
        "given: [z]",
        (Z, "  z: {latent: normal, dim: 3, given: [y]}\n  y: {latent: normal, dim: 3, given: [z]}"),
        (QH, QH + "\n  y: {expert: normal, fuse: poe}"),
    ),
    fault("no_parents", "MVG204 MVG205 MVG205", "z: {latent", (GIVEN, "given: []")),
    fault("orphan", "MVG205", "h: {latent", (GIVEN, "given: [z]")),
    fault("leak", "MVG206", "h]}", (Z, "  z: {latent: normal, dim: 3, given: [h]}")),
    fault("no_posterior", "MVG207", "h: {latent", (QH + "\n", "")),
    fault("no_latent", "MVG208", "y: {expert", (QH, QH + "\n  y: {expert: normal}")),
    fault("aux_missing", "MVG210", "absent: aux", ("absent: own", "absent: aux")),
    fault("aux_unused", "MVG210", "auxiliary:", ("absent: own", "absent: own, auxiliary: normal")),
    fault("absent_shared", "MVG210", "absent: own, fuse", ("fuse: poe", "absent: own, fuse: poe")),
    fault("share_unknown", "MVG211", "share: y", ("absent: own", "absent: own, share: y")),
    fault("share_and_network", "MVG211", "share: z", ("absent: own", "absent: own, share: z, network: linear")),
    fault(
        "share_circle",
        "MVG212",
        "share: z",
        ("absent: own", "absent: own, share: z"),
        ("fuse: poe", "fuse: poe, share: h"),
    ),
    *(
        fault(name, codes, at, (H, H.replace("latent: normal", f"latent: {{mixture_of: {options}}}")), *more)
        for name, codes, at, options, *more in (
            ("pool_formula", "MVG120", "standard: alpha", "{standard: alpha +}"),
            ("pool_unknown", "MVG331", "standard: alpah", "{standard: alpah}"),
            ("pool_share", "MVG331", "standard: 1.5", "{standard: 1.5}"),
            ("pool_count", "MVG331", "standard: 1/M_obs", "{standard: 1/M_obs}"),
            ("pool_table", "MVG331", "standard: lam", "{standard: lam}"),
            ("pool_sizes", "MVG330", "dim:", "{}", ("dim: 2", "dim: {image: 2, sound: 3, label: 2}")),
            ("pool_given", "MVG330", "given: [z]", "{}", ("plate: view}", "plate: view, given: [z]}")),
            ("pool_mixed", "MVG330", "latent:", "{}", ("mixture: none", "mixture: singles")),
            (
                "pool_density",
                "MVG332",
                "to: p(h.n)",
                "{}",
                (KL, "kl: {of: q(h.n | n), to: p(h.n), for: {n: V}, weight: alpha}"),
            ),
            ("pool_absent", "MVG332", "from: S", "{}", (", absent: own", "")),
            ("pool_iwae", "MVG332", "iwae", "{}", ("elbo: {", "iwae: {samples: 2, ")),
        )
    ),
    *(
        fault(name, codes, at, (Z, f"  c: {{discrete: {count}}}\n{Z[:-1]}, marginal_over: {over}}}"), NEVER, *more)
        for name, codes, at, count, over, *more in (
            ("sum_unknown", "MVG250 MVG251", "c: {discrete", 3, "d"),
            ("sum_alike", "MVG252", "latent: normal", 3, "c"),
            ("sum_parent", "MVG202", "c]", 1, "c", (GIVEN, "given: [z, h, c]")),
            (
                "sum_given",
                "MVG251",
                "marginal_over: c, given",
                1,
                "c, given: [y]",
                (QH, f"{QH}\n  y: {{expert: normal, fuse: poe}}"),
                ("  h: {l", "  y: {latent: normal, dim: 2}\n  h: {l"),
            ),
            ("sum_posterior", "MVG208", "c: {expert", 1, "c", (QH, f"{QH}\n  c: {{expert: normal}}")),
            ("sum_name", "MVG201 MVG250 MVG251", "size: {discrete", 1, "c", ("  c: {discrete", "  size: {discrete")),
            (
                "prune_node",
                "MVG340",
                "of: d",
                3,
                "c",
                ("normal, dim: 3", "{normal: {learnt: [loc]}}, dim: 3"),
                ("objective:", "training: {after: [{prune_components: {of: d}}]}\nobjective:"),
            ),
            (
                "prune_weight",
                "MVG340",
                "weight: lam",
                3,
                "c",
                ("normal, dim: 3", "{normal: {learnt: [loc]}}, dim: 3"),
                ("objective:", "training: {after: [{prune_components: {of: c, weight: lam}}]}\nobjective:"),
            ),
            (
                "prune_single",
                "MVG340",
                "of: c",
                1,
                "c",
                ("objective:", "training: {after: [{prune_components: {of: c}}]}\nobjective:"),
            ),
        )
    ),
    fault("sum_plated", "MVG251", "marginal_over", (H, f"  c: {{discrete: 1}}\n{H[:-1]}, marginal_over: c}}")),
    fault(
        "sum_twice",
        "MVG250 MVG251",
        "marginal_over",
        (Z, f"  c: {{discrete: 1}}\n{Z[:-1]}, marginal_over: c}}"),
        (H, f"{H[:-1]}, marginal_over: c}}"),
    ),
    fault("pool_shared", "MVG213 MVG330", "latent: mixture_of", (Z, "  z: {latent: mixture_of, dim: 3}")),
    fault("prior_without_fusion", "MVG213 MVG227 MVG227", "prior_expert", ("fuse: poe, ", "")),
    fault("prior_in_mean", "MVG213", "prior_expert", ("fuse: poe", "fuse: mean")),
    fault("prior_not_normal", "MVG213", "prior_expert", (Z, "  z: {latent: laplace, dim: 3}")),
    fault(
        "statistic_of_one_code",
        "MVG371",
        "of: [q(h.image",
        ("  minimize:", STATISTIC.replace("q(h.m | m)], for: {m: V}", "q(h.image | image)]")),
    ),
    fault(
        "statistic_of_a_prior",
        "MVG372",
        "p(h.m)",
        ("  minimize:", STATISTIC.replace("q(h.m | m)", "p(h.m)")),
    ),
    fault(
        "statistic_of_random_evidence",
        "MVG373",
        "S: random(1)",
        (
            "  minimize:",
            STATISTIC.replace("q(h.m | m)], for: {m: V}", "q(z | S), q(z | V)], for: {S: random(1)}"),
        ),
    ),
    fault("statistic_minimized", "MVG305", "statistic", ("  minimize:", "  minimize:\n" + STATISTIC.splitlines()[0])),
    fault(
        "statistic_of_small_batches",
        "MVG374",
        "of: [q(h.m",
        ("  minimize:", STATISTIC),
        ("objective:", "training: {batch_size: 6}\nobjective:"),
    ),
    fault(
        "exponent_dims",
        "MVG405",
        "g: {learnt: {init: 1, per: dim}}",
        ("  lam:", "  g: {learnt: {init: 1, per: dim}}\n  lam:"),
        (QZ, "  z: {expert: normal, fuse: {gpoe: {weights: g}}}"),
        (QH, "  h: {expert: normal, absent: own, fuse: {gpoe: {weights: g}}}"),
    ),
    fault("exponent_unknown", "MVG213 MVG214", "weights: a", ("fuse: poe", "fuse: {gpoe: {weights: a}}")),
    fault(
        "exponent_schedule",
        "MVG214",
        "weights: a",
        ("fuse: poe, prior_expert: full", "fuse: {gpoe: {weights: a}}"),
        ("alpha: 0.5", "alpha: 0.5\n  a: {linear: {epochs: 3}}"),
    ),
    fault(
        "unknown_view",
        "MVG215 MVG219",
        "m: V",
        ("to: [m]", "to: [imag]"),
        ("'lam[m]'", "1"),
        ("  lam: {image: 2, sound: 1, label: 1}\n", ""),
    ),
    fault("set_not_bound", "MVG215", "from: T", ("from: S", "from: T"), ("{S: full+singles, m", "{m")),
    fault("view_as_set", "MVG215", "from: image", ("from: S", "from: image"), ("{S: full+singles, m", "{m")),
    fault("position", "MVG216", "from: [4]", ("from: S", "from: [4]"), ("{S: full+singles, m", "{m")),
    fault(
        "variable_hides_view", "MVG217", "image: V", ("for: {n: V}", "for: {image: V}"), ("q(z | n)", "q(z | image)")
    ),
    fault(
        "variable_hides_param",
        "MVG217 MVG223",
        "alpha: V",
        ("for: {n: V}", "for: {alpha: V}"),
        ("q(z | n)", "q(z | alpha)"),
    ),
    fault("random_count", "MVG218", "S: random(k)", ("full+singles", "random(k)")),
    fault("variable_unused", "MVG219", "i: V", ("for: {n: V}", "for: {n: V, i: V}")),
    fault("density_unknown", "MVG220", "of: q(y", ("of: q(z | V)", "of: q(y | V)")),
    fault("density_no_copy", "MVG220 MVG221", "of: q(h", ("of: q(z | V)", "of: q(h | V)")),
    fault("density_copy", "MVG220 MVG221", "to: q(z.n", ("q(z | n)", "q(z.n | n)")),
    fault("density_view", "MVG215 MVG219", "to: q(z | i)", ("q(z | n)", "q(z | i)")),
    fault(
        "density_set_copy",
        "MVG220 MVG220",
        "of: p(h.n)",
        (KL, "kl: {of: p(h.n), to: q(h.n | n), for: {n: subsets}, weight: alpha}"),
    ),
    fault("kl_other_latent", "MVG221", "to: q(h.n", ("to: q(z | n)", "to: q(h.n | n)")),
    fault(
        "kl_other_copy",
        "MVG221",
        "to: p(h.i",
        (KL, "kl: {of: q(h.n | n), to: p(h.i), for: {n: V, i: V}, weight: alpha}"),
    ),
    fault("beta_key", "MVG222", "y: 1", ("beta: beta", "beta: {z: beta, y: 1}")),
    fault("likelihood_key", "MVG222", "imag: 2", ("'lam[m]'", "{imag: 2, sound: 'lam[m]'}")),
    fault("param_unknown", "MVG223", "weight: alpa", ("weight: alpha", "weight: alpa + alpha")),
    fault("size_unbound", "MVG223", "weight: alpha*size(T)", ("weight: alpha", "weight: alpha*size(T)")),
    fault("view_as_number", "MVG223", "weight: alpha*n", ("weight: alpha", "weight: alpha*n")),
    fault("index_not_view", "MVG224", "weight: alpha*lam[imag]", ("weight: alpha", "weight: 'alpha*lam[imag]'")),
    fault("index_of_set", "MVG224", "likelihood_weight", ("'lam[m]'", "'lam[S]'")),
    fault("index_of_count", "MVG224", "weight: alpha*M[n]", ("weight: alpha", "weight: 'alpha*M[n]'")),
    fault("table_without_view", "MVG224", "weight: alpha*lam", ("weight: alpha", "weight: alpha*lam")),
    fault("learnt_per_dim", "MVG224", "weight: alpha", ("alpha: 0.5", "alpha: {learnt: {init: 1/M, per: dim}}")),
    fault("divide_by_zero", "MVG122", "weight: alpha/(M - 3)", ("weight: alpha", "weight: alpha/(M - 3)")),
    fault("table_key", "MVG225", "taste: 1", ("sound: 1, label: 1", "sound: 1, label: 1, taste: 1")),
    fault("table_missing", "MVG225", "lam: {", ("sound: 1, label: 1", "sound: 1")),
    fault("param_unused", "MVG226", "gamma: 2", ("alpha: 0.5", "alpha: 0.5\n  gamma: 2")),
    fault("no_fusion", "MVG227 MVG227", "from: S", (", fuse: poe, prior_expert: full", "")),
    fault(
        "dead_expert",
        "MVG228",
        "z: {expert",
        ("S: full+singles, m", "m"),
        ("from: S", "from: [1]"),
        ("q(z | V)", "q(z | image)"),
        ("q(z | n), for: {n: V}", "p(z)"),
    ),
    fault(
        "never_scored", "MVG219 MVG228 MVG229", "sound: {shape", ("to: [m]", "to: [image, label]"), ("'lam[m]'", "lam")
    ),
    fault("no_likelihood", "MVG230", "sound: {shape", ("shape: [6], likelihood: normal", "shape: [6]")),
    fault("pseudo_of_shared", "MVG235", "pseudo: z", UPPER, ROUTE, ("pseudo: h", "pseudo: z")),
    fault("pseudo_from_private", "MVG205 MVG235 MVG238", "c: {latent", UPPER, ROUTE, ("given: [c]", "given: [h]")),
    fault("reads_shared", "MVG236", "reads: z", UPPER, ROUTE, ("reads: h", "reads: z")),
    fault("reads_without_pool", "MVG236", "reads: h", UPPER, ROUTE, ("fuse: pool, reads: h", "fuse: poe, reads: h")),
    fault(
        "pool_of_private",
        "MVG236",
        "fuse: pool",
        ("expert: normal, absent: own", "expert: normal, absent: own, fuse: pool"),
    ),
    fault("target_unknown", "MVG237 MVG238", "to: {hat", UPPER, ROUTE, ("to: {hhat: V}", "to: {hat: V}")),
    fault("drop_rate", "MVG238", "p: 2", UPPER, ROUTE, ("drop: {p: 0.5}", "drop: {p: 2}")),
    fault("drop_of_some", "MVG238", "drop: {p", UPPER, ROUTE, ("from: V, to: {hhat", "from: [image], to: {hhat")),
    fault(
        "drop_of_private",
        "MVG238",
        "drop: {p",
        ("beta: beta, like", "beta: beta, drop: {p: 0.5}, like"),
        ("from: S", "from: V"),
        ("{S: full+singles, m", "{m"),
    ),
    fault("condition_of_no_view", "MVG232", "view: imag", CONDITION, ("view: image", "view: imag")),
    fault(
        "condition_twice",
        "MVG232 MVG233 MVG262 MVG262",
        "y: {condition",
        CONDITION,
        (H, "  y: {condition: true, view: image}\n" + H),
    ),
    fault("condition_unused", "MVG233 MVG262 MVG262", "w: {condition", CONDITION, ("[z, h, w]", "[z, h]")),
    fault(
        "condition_scored",
        "MVG234 MVG262 MVG262",
        "from: S",
        CONDITION,
        ("to: [m]", "to: [image]"),
        (", m: V}", "}"),
    ),
    fault(
        "nothing_scored",
        "MVG232",
        "p:",
        CONDITION,
        (H, "  y: {condition: true, view: sound}\n  t: {condition: true, view: label}\n" + H),
        ("[z, h, w]", "[z, h, w, y, t]"),
    ),
    fault(
        "not_closed",
        "MVG213 MVG301",
        "fuse: poe",
        (Z, "  z: {latent: laplace, dim: 3}"),
        (QZ, QZ.replace("expert: normal", "expert: laplace")),
    ),
    fault("role", "MVG302", "latent: bernoulli", (H, H.replace("normal", "bernoulli"))),
    fault("delta_beta", "MVG303", "beta: beta", (QH, "  h: {expert: delta, absent: own}")),
    fault(
        "delta_beta_table",
        "MVG303",
        "h: beta",
        (QH, "  h: {expert: delta, absent: own}"),
        ("beta: beta", "beta: {z: beta, h: beta}"),
    ),
    fault("delta_iwae", "MVG303", "iwae", (QH, "  h: {expert: delta, absent: own}"), ("elbo", "iwae")),
    fault(
        "delta_kl",
        "MVG304 MVG304",
        "of: q(z",
        (QZ, "  z: {expert: delta, fuse: mean}"),
        ("beta: beta", "beta: {z: 0, h: beta}"),
    ),
    fault(
        "delta_prior_expert",
        "MVG301 MVG304 MVG304",
        "fuse: poe",
        (QZ, QZ.replace("expert: normal", "expert: delta")),
        ("beta: beta", "beta: {z: 0, h: beta}"),
    ),
    fault("sign_of_route", "MVG305", "elbo", ("    - " + KL, "    - " + ELBO), ("beta: beta", "beta: beta*alpha")),
    fault("sign_of_kl", "MVG305", "kl", ("  minimize:\n", "")),
    fault(
        "joint_subset",
        "MVG307",
        "from: S",
        ("full+singles", "subsets"),
        ("fuse: poe, prior_expert: full", "fuse: joint"),
    ),
    fault(
        "joint_mixture",
        "MVG308",
        "mixture: singles",
        ("mixture: none", "mixture: singles"),
        ("fuse: poe, prior_expert: full", "fuse: joint"),
    ),
    fault("sampler_unasked", "MVG355", "subsets: hmc", ("fuse: poe", "fuse: poe, subsets: hmc")),
    fault("sampler_private", "MVG355", "subsets: hmc", ("absent: own", "absent: own, subsets: hmc")),
    fault(
        "sampler_of_mixture",
        "MVG355",
        "subsets: hmc",
        ("mixture: none", "mixture: singles"),
        ("fuse: poe, prior_expert: full", "subsets: hmc"),
    ),
    fault(
        "sampler_of_deltas",
        "MVG303 MVG304 MVG304 MVG355",
        "subsets: hmc",
        (QZ, "  z: {expert: delta, fuse: {joint: {expert: normal}}, subsets: hmc}"),
    ),
    fault(
        "sampler_of_conditional",
        "MVG355",
        "subsets: hmc",
        ("fuse: poe, prior_expert: full", "fuse: joint, subsets: hmc"),
        (Z, Z.replace("}", ", given: [y]}") + "\n  y: {latent: normal, dim: 2}"),
        (QH, QH + "\n  y: {expert: normal, fuse: poe}"),
    ),
    fault(
        "flows_multiplied",
        "MVG301",
        "fuse: poe",
        ("expert: normal, fuse: poe, prior_expert: full", "expert: flow, fuse: poe"),
    ),
    fault("flows_unfused", "MVG227 MVG227", "from: S", (QZ, "  z: {expert: flow}")),
    fault("js_of_one", "MVG321", "of: [q", (KL, "js: {of: [q(z | V)], weight: alpha}")),
    fault("js_random", "MVG321", "n: random(1)", (KL, JS.replace("n: V", "n: random(1)"))),
    fault(
        "js_geometric",
        "MVG322",
        "p(z), q",
        (Z, "  z: {latent: laplace, dim: 3}"),
        (", prior_expert: full", ""),
        (KL, JS.replace("weight", "center: geometric, weight")),
    ),
    fault("js_copies", "MVG221 MVG221", "p(h.n)", (KL, "js: {of: [p(h.n), q(h.n | n)], for: {n: V}, weight: alpha}")),
    fault("js_latents", "MVG221", "p(h.image)]", (KL, "js: {of: [p(z), p(h.image)], weight: alpha}")),
    fault("js_weight", "MVG224", "weight: lam[n]", (KL, JS.replace("alpha", "'lam[n]'")), ("alpha: 0.5\n  ", "")),
    fault("js_mixture", "MVG311", "q(z | V)]", *SINGLES, (KL, "js: {of: [p(z), q(z | V)], weight: alpha}")),
    fault("js_maximized", "MVG305", "js:", (KL, JS), ("  minimize:\n", "")),
    fault(
        "js_delta",
        "MVG304",
        "q(z | n)]",
        (QZ, "  z: {expert: delta, fuse: mean}"),
        ("beta: beta", "beta: {z: 0, h: beta}"),
        (KL, JS),
    ),
    fault("kl_of_mixtures", "MVG311", "to: q(z | V)", *SINGLES, ("to: q(z | n), for: {n: V}", "to: q(z | V)")),
    fault(
        "ce_to_mixture", "MVG311", "to: q(z | V)", *SINGLES, (KL, "ce: {of: q(z | image), to: q(z | V), weight: alpha}")
    ),
    fault(
        "js_conditional",
        "MVG320",
        "p(z), q",
        (Z, "  y: {latent: normal, dim: 3}\n  z: {latent: normal, dim: 3, given: [y]}"),
        (QZ, QZ.replace(", prior_expert: full", "") + "\n  y: {expert: normal, fuse: poe}"),
        (KL, JS),
    ),
    fault(
        "js_improper",
        "MVG320",
        "p(h.image), q",
        (H, "  h: {latent: log_uniform, dim: 2, plate: view}"),
        (QH, "  h: {expert: dropout_normal, absent: own}"),
        (KL, "js: {of: [p(h.image), q(h.image | image)], weight: alpha}"),
    ),
    fault("iwae_of_mse", "MVG309", "iwae", ("elbo", "iwae"), ("[6], likelihood: normal", "[6], likelihood: mse")),
    fault("negative", "MVG310", "weight: alpha - 1", ("weight: alpha", "weight: alpha - 1")),
    fault(
        "objective_and_phases",
        "MVG240",
        "objective: {maximize: [",
        (OBJECTIVE, PHASES + f"objective: {{maximize: [{{{ELBO}}}]}}\n"),
    ),
    phased("phase_twice", "MVG241", "name: first\n    epochs: 2\n    freeze", ("name: second", "name: first")),
    phased("phase_name", "MVG241", "name: 2nd", ("name: second", "name: 2nd")),
    phased("freeze_unknown", "MVG242", "q.y", ("[p, q.h]", "[p, q.y.experts]")),
    phased("freeze_all", "MVG243", "freeze: [p, q]", ("[p, q.h]", "[p, q]")),
    phased("epochs_beside_phases", "MVG244", "epochs: 7}", ("mvgraph: 1\n", "mvgraph: 1\ntraining: {epochs: 7}\n")),
    phased("void_phase", "MVG313", "objective: {minimize: [", ("weight: alpha", "weight: 0*alpha")),
    phased("term_of_a_phase", "MVG220", "of: q(y | V)", ("of: q(z | V)", "of: q(y | V)")),
    fault("dims_of_shared", "MVG402", "dim: {", ("dim: 3", "dim: {image: 1, sound: 2, label: 3}")),
    fault("dims_missing", "MVG402", "dim: {", ("dim: 2", "dim: {image: 1, sound: 2}")),
    fault("dims_unknown", "MVG402", "taste: 1", ("dim: 2", "dim: {image: 1, sound: 2, label: 2, taste: 1}")),
    fault(
        "improper_iwae",
        "MVG350",
        "iwae",
        (Z, "  z: {latent: log_uniform, dim: 3}"),
        (QZ, QZ.replace(", prior_expert: full", "")),
        (ELBO, "iwae: {from: V, to: V, beta: beta, likelihood_weight: 'lam[m]', samples: 5}"),
    ),
    fault("improper_absent", "MVG351", "h:", (H, H.replace("normal", "log_uniform")), (QH, "  h: {expert: normal}")),
    fault(
        "improper_given",
        "MVG352",
        "given: [z]",
        (H, "  h: {latent: log_uniform, dim: 2, plate: view, given: [z]}"),
    ),
    fault(
        "biased_stl",
        "MVG360",
        "iwae",
        ("objective:", "estimator: {gradient: stl}\nobjective:"),
        (ELBO, "iwae: {from: V, to: V, beta: beta, likelihood_weight: 'lam[m]', samples: 5}"),
    ),
    fault(
        "biased_dreg",
        "MVG360",
        "iwae",
        ("mixture: none", "mixture: singles"),
        ("objective:", "estimator: {gradient: dreg}\nobjective:"),
        (ELBO, "iwae: {from: V, to: V, beta: beta, likelihood_weight: 'lam[m]', strata: inside}"),
    ),
    fault("void_gradient", "MVG361", "gradient: dreg", ("objective:", "estimator: {gradient: dreg}\nobjective:")),
    game("game_of_other_nodes", "MVG341", "fake: q(h", "real: p(z), fake: q(h.n | n), for: {n: V}"),
    game("game_of_a_prior", "MVG341", "fake: p(z)", "real: p(z), fake: p(z)"),
    game("game_without_evidence", "MVG341", "fake: x.n", "real: x.n, fake: x.n, for: {n: V}"),
    game("game_with_two_evidences", "MVG341", "from: V", "real: p(z), fake: q(z | n), from: V, for: {n: V}"),
    game("game_of_no_data", "MVG349 MVG349", "real: h.n", "real: h.n, fake: h.n, from: V, for: {n: V}"),
    game("game_of_no_view", "MVG219 MVG349 MVG349", "real: x", "real: x.imag, fake: x.imag, from: V, for: {n: V}"),
    game("game_of_sets", "MVG349 MVG349", "real: x.n", "real: x.n, fake: x.n, from: V, for: {n: subsets}"),
    game("game_of_random_evidence", "MVG342", "n: random(1)", "real: p(z), fake: q(z | n), for: {n: random(1)}"),
    game(
        "game_of_a_mixture",
        "MVG342",
        "real: q(z",
        "real: q(z | V), fake: q(z | n), for: {n: V}",
        ("mixture: none", "mixture: singles"),
        (QZ, "  z: {expert: normal}"),
    ),
    fault("game_weights", "MVG224", "weight: lam[n]*alpha", (KL, GAME.replace("alpha", "'lam[n]*alpha'"))),
    fault("game_maximized", "MVG305", "game", ("  minimize:\n", ""), (KL, GAME)),
    moves("moves_without_a_game", "MVG344", "moves:", "[{update: [p, q], loss: total}]", edits=()),
    moves("move_of_nobody", "MVG345", "update: []", "[{update: [], loss: total}, {update: [critic], loss: critic}]"),
    moves(
        "move_of_the_wrong",
        "MVG345",
        "critic]",
        "[{update: [q, critic], loss: total}, {update: [critic], loss: critic}]",
    ),
    moves("move_without_critic", "MVG346", "moves:", "[{update: [p, q], loss: total}]"),
    moves(
        "move_without_objective",
        "MVG347",
        "moves:",
        "[{update: [critic], loss: critic}, {update: [q], loss: generator}]",
    ),
    moves(
        "move_without_generator",
        "MVG347",
        "moves:",
        "[{update: [critic], loss: critic}, {update: [p, q], loss: objective}]",
    ),
    fault(
        "conditional_mixture",
        "MVG320 MVG320",
        "of: q(y",
        ("mixture: none", "mixture: singles"),
        (Z, Z + "\n  y: {latent: normal, dim: 3, given: [z]}"),
        (GIVEN, "given: [z, h, y]"),
        (QH, QH + "\n  y: {expert: normal, fuse: poe, prior_expert: always}"),
        (KL, "kl: {of: q(y | n), to: q(y | n), for: {n: V}, weight: alpha}"),
    ),
    fault(
        "which_level",
        "MVG220 MVG220",
        "of: q(z",
        (Z, "  z: {latent: normal, dim: 3, plate: {level: 2}, given: ['z[l+1:]']}"),
    ),
]
