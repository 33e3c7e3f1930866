"""The objectives of the reference models as they are published, each at the views that its name stands with.

Copied from the literature's notation by hand; nothing here is ever regenerated.
"""

# ruff: noqa: E501 - an objective's line is as long as it is

from __future__ import annotations

from typing import Any

from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

IMAGE_TEXT: dict[str, Any] = {"img": {}, "txt": {}}
IMAGE_ATTR: dict[str, Any] = {"img": {}, "attr": {}}
DIGITS: dict[str, Any] = {"img": {}, "traj": {}, "snd": {}, "sym": {}}
WEIGHTS = dict(zip(DIGITS, (1, 50, 1, 50), strict=True))
MNIST_SVHN: dict[str, Any] = {"mnist": {}, "svhn": {}}
T2_US: dict[str, Any] = {"t2": {}, "us": {}}
TWO_LEVELS: dict[str, Any] = {"z": {"plate": {"level": 2}, "dim": 8}}


def _weighted(word: str, weights: dict[str, float], **options: Any) -> dict[str, Any]:
    """An objective of one route V to V with a weight for each likelihood."""
    return {"maximize": [{word: {"from": "V", "to": "V", "likelihood_weight": weights, **options}}]}


SETTINGS: dict[str, dict[str, Any]] = {
    "jmvae": {"views": IMAGE_TEXT},
    "nexus": {"views": DIGITS, "lam": WEIGHTS, "gamma": WEIGHTS},
    "mvae": {"views": IMAGE_TEXT, "objective": _weighted("elbo", {"img": 1, "txt": 50}, beta="beta")},
    "mvae_subsampled": {"views": 3},
    "me_mvae": {"views": IMAGE_TEXT},
    "mmvae": {"views": MNIST_SVHN, "objective": _weighted("iwae", {"mnist": 3.92, "svhn": 1}, samples=30)},
    "mmvae_dreg": {"views": MNIST_SVHN, "objective": _weighted("iwae", {"mnist": 3.92, "svhn": 1}, samples=30)},
    "mmvae_tight": {
        "views": MNIST_SVHN,
        "objective": _weighted("iwae", {"mnist": 3.92, "svhn": 1}, samples=30, strata="inside"),
    },
    "mhvae": {"views": T2_US, "p": TWO_LEVELS},
    "mhvae_gan": {"views": T2_US, "p": TWO_LEVELS},
    "mhvae_subsets": {"views": T2_US, "p": TWO_LEVELS},
    "mnist_svhn_poe": {"views": MNIST_SVHN},
    "telbo": {"views": IMAGE_ATTR, "lam": {"img": 1, "attr": 10}, "gamma": {"img": 1, "attr": 100}},
    "telbo_joint": {"views": IMAGE_ATTR, "lam": {"img": 1, "attr": 10}, "gamma": {"img": 1, "attr": 100}},
    "mmjsd": {"lam": {"1": 1, "2": 1}},
    "mmjsd_private": {"lam": {"1": 1, "2": 1}},
    "dmvae": {"views": MNIST_SVHN, "lam": {"mnist": 50, "svhn": 1}},
}


def reference(name: str) -> Spec:
    """A reference spec with the views and weights of its published objective."""
    return load(name, **{"views": 2, **SETTINGS.get(name, {})})


def lines(text: str) -> list[str]:
    """The terms of an objective, sorted."""
    return sorted(line for part in phases(text).values() for line in part)


def phases(text: str) -> dict[str, list[str]]:
    """The terms of each phase, sorted; an objective without phases has one, without a name."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (written.strip() for written in text.strip().splitlines()):
        name = line.removeprefix("phase ") if line.startswith("phase ") else name
        if line[0] in "+-":
            found.setdefault(name, []).append(line)
    return {name: sorted(part) for name, part in found.items()}


def flags(text: str) -> list[str]:
    """The flags of an objective, sorted."""
    return sorted(line.strip() for line in text.strip().splitlines() if line.strip().startswith("!"))


PUBLISHED: dict[str, str] = {
    "ae": """
+ 1/4 E[log p(x.1|z); z~q(z|1)]
+ 1/4 E[log p(x.1|z); z~q(z|2)]
+ 1/4 E[log p(x.2|z); z~q(z|1)]
+ 1/4 E[log p(x.2|z); z~q(z|2)]
""",
    "dccae": """
+ lam E[log p(x.1|z.1); z.1~q(z.1|1)]
+ lam E[log p(x.2|z.2); z.2~q(z.2|2)]
+ STAT_cca{ z.1~q(z.1|1), z.2~q(z.2|2) }
! batch statistic: cca is no mean over rows, the batch size is part of the objective
""",
    "nexus": """
+ lam_img E[log p(x.img|z.img); z.img~q(z.img|img)]
+ lam_traj E[log p(x.traj|z.traj); z.traj~q(z.traj|traj)]
+ lam_snd E[log p(x.snd|z.snd); z.snd~q(z.snd|snd)]
+ lam_sym E[log p(x.sym|z.sym); z.sym~q(z.sym|sym)]
+ gamma_img E[log p(zhat.img|c); c~qPool(c|sg(z.img),sg(z.snd),sg(z.sym),sg(z.traj)), z.img~q(z.img|img), z.snd~q(z.snd|snd), z.sym~q(z.sym|sym), z.traj~q(z.traj|traj)]
+ gamma_traj E[log p(zhat.traj|c); c~qPool(c|sg(z.img),sg(z.snd),sg(z.sym),sg(z.traj)), z.img~q(z.img|img), z.snd~q(z.snd|snd), z.sym~q(z.sym|sym), z.traj~q(z.traj|traj)]
+ gamma_snd E[log p(zhat.snd|c); c~qPool(c|sg(z.img),sg(z.snd),sg(z.sym),sg(z.traj)), z.img~q(z.img|img), z.snd~q(z.snd|snd), z.sym~q(z.sym|sym), z.traj~q(z.traj|traj)]
+ gamma_sym E[log p(zhat.sym|c); c~qPool(c|sg(z.img),sg(z.snd),sg(z.sym),sg(z.traj)), z.img~q(z.img|img), z.snd~q(z.snd|snd), z.sym~q(z.sym|sym), z.traj~q(z.traj|traj)]
- beta_c KL(qPool(c|sg(z.img),sg(z.snd),sg(z.sym),sg(z.traj)) || p(c); z.img~q(z.img|img), z.snd~q(z.snd|snd), z.sym~q(z.sym|sym), z.traj~q(z.traj|traj))
- beta KL(q(z.img|img) || p(z.img))
- beta KL(q(z.traj|traj) || p(z.traj))
- beta KL(q(z.snd|snd) || p(z.snd))
- beta KL(q(z.sym|sym) || p(z.sym))
! pseudo-data: zhat is a draw of z, its gradient stopped
! stopped gradient: q(c|.) reads draws of z
! random evidence: with probability 0.2 a datum loses 1 to n - 1 of its n views as evidence; shown without
""",
    "dcca": """
+ lam E[log p(x.1|z.1); z.1~q(z.1|1)]
+ lam E[log p(x.2|z.2); z.2~q(z.2|2)]
+ STAT_cca{ z.1~q(z.1|1), z.2~q(z.2|2) }
! batch statistic: cca is no mean over rows, the batch size is part of the objective
""",
    "jmvae": """
+ E[log p(x.img|z); z~qJ(z|img,txt)]
+ E[log p(x.txt|z); z~qJ(z|img,txt)]
- beta KL(qJ(z|img,txt) || p(z))
- alpha KL(qJ(z|img,txt) || q(z|img))
- alpha KL(qJ(z|img,txt) || q(z|txt))
""",
    "cvae": """
+ E[log p(y.2|x,z); z~qJ(z|1,2)]
- beta KL(qJ(z|1,2) || p(z|x))
""",
    "cvae_fixed": """
+ E[log p(y.2|x,z); z~qJ(z|1,2)]
- beta KL(qJ(z|1,2) || p(z))
""",
    "dvcca": """
+ E[log p(x.1|z); z~q(z|1)]
+ E[log p(x.2|z); z~q(z|1)]
- beta KL(q(z|1) || p(z))
""",
    "vcca_private": """
+ E[log p(x.1|h.1,z); h.1~q(h.1|1), z~q(z|1)]
+ E[log p(x.2|h.2,z); h.2~q(h.2|2), z~q(z|1)]
- beta_h KL(q(h.1|1) || p(h.1))
- beta_h KL(q(h.2|2) || p(h.2))
- beta_z KL(q(z|1) || p(z))
""",
    "mcvae": """
+ E[log p(x.1|z); z~q(z|1)]
+ E[log p(x.1|z); z~q(z|2)]
+ E[log p(x.2|z); z~q(z|1)]
+ E[log p(x.2|z); z~q(z|2)]
- beta KL(q(z|1) || p(z))
- beta KL(q(z|2) || p(z))
""",
    "sparse_mcvae": """
+ E[log p(x.1|z); z~q(z|1)]
+ E[log p(x.1|z); z~q(z|2)]
+ E[log p(x.2|z); z~q(z|1)]
+ E[log p(x.2|z); z~q(z|2)]
- beta KL(q(z|1) || p(z))
- beta KL(q(z|2) || p(z))
! approximate: KL(.||p(z)) by the fit of Molchanov, Ashukha & Vetrov 2017, arXiv 1701.05369
! improper prior: log_uniform of z; its KL is known up to a constant
""",
    "mvae": """
+ E[log p(x.img|z); z~PoE[p(z)·q(z|img)·q(z|txt)]]
+ 50 E[log p(x.txt|z); z~PoE[p(z)·q(z|img)·q(z|txt)]]
- beta KL(PoE[p(z)·q(z|img)·q(z|txt)] || p(z))
""",
    "mvae_subsampled": """
+ E[log p(x.1|z); z~PoE[p(z)·q(z|1)]]
+ k/3 E[log p(x.1|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
+ E[log p(x.1|z); z~PoE[p(z)·q(z|1)·q(z|2)·q(z|3)]]
+ k/3 E[log p(x.1|z); z~PoE[p(z)·q(z|1)·q(z|3)]]
+ k/3 E[log p(x.2|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
+ E[log p(x.2|z); z~PoE[p(z)·q(z|1)·q(z|2)·q(z|3)]]
+ E[log p(x.2|z); z~PoE[p(z)·q(z|2)]]
+ k/3 E[log p(x.2|z); z~PoE[p(z)·q(z|2)·q(z|3)]]
+ E[log p(x.3|z); z~PoE[p(z)·q(z|1)·q(z|2)·q(z|3)]]
+ k/3 E[log p(x.3|z); z~PoE[p(z)·q(z|1)·q(z|3)]]
+ k/3 E[log p(x.3|z); z~PoE[p(z)·q(z|2)·q(z|3)]]
+ E[log p(x.3|z); z~PoE[p(z)·q(z|3)]]
- beta KL(PoE[p(z)·q(z|1)] || p(z))
- beta*k/3 KL(PoE[p(z)·q(z|1)·q(z|2)] || p(z))
- beta KL(PoE[p(z)·q(z|1)·q(z|2)·q(z|3)] || p(z))
- beta*k/3 KL(PoE[p(z)·q(z|1)·q(z|3)] || p(z))
- beta KL(PoE[p(z)·q(z|2)] || p(z))
- beta*k/3 KL(PoE[p(z)·q(z|2)·q(z|3)] || p(z))
- beta KL(PoE[p(z)·q(z|3)] || p(z))
! random subsets: shown in expectation
""",
    "me_mvae": """
+ E[log p(x.img|z); z~PoE[q(z|img)·q(z|txt)]]
+ E[log p(x.img|z); z~q(z|img)]
+ E[log p(x.txt|z); z~PoE[q(z|img)·q(z|txt)]]
+ E[log p(x.txt|z); z~q(z|txt)]
- beta KL(PoE[q(z|img)·q(z|txt)] || p(z))
- beta KL(q(z|img) || p(z))
- beta KL(q(z|txt) || p(z))
""",
    "mmvae": """
+ LME_30,outside{ + 49/25 E[log p(x.mnist|z); z~q(z|mnist)] + 49/25 E[log p(x.mnist|z); z~q(z|svhn)] + 1/2 E[log p(x.svhn|z); z~q(z|mnist)] + 1/2 E[log p(x.svhn|z); z~q(z|svhn)] - KL(Mix_1/2[q(z|mnist), q(z|svhn)] || p(z)) }
""",
    "mmvae_dreg": """
+ LME_30,outside{ + 49/25 E[log p(x.mnist|z); z~q(z|mnist)] + 49/25 E[log p(x.mnist|z); z~q(z|svhn)] + 1/2 E[log p(x.svhn|z); z~q(z|mnist)] + 1/2 E[log p(x.svhn|z); z~q(z|svhn)] - KL(Mix_1/2[q(z|mnist), q(z|svhn)] || p(z)) }
! biased gradient: dreg, by draws that share a logarithm
""",
    "mvtcae": """
+ (1 - alpha/2) E[log p(x.1|z); z~PoE[q(z|1)·q(z|2)]]
+ (1 - alpha/2) E[log p(x.2|z); z~PoE[q(z|1)·q(z|2)]]
- beta*(1 - alpha) KL(PoE[q(z|1)·q(z|2)] || p(z))
- alpha*beta/2 KL(PoE[q(z|1)·q(z|2)] || q(z|1))
- alpha*beta/2 KL(PoE[q(z|1)·q(z|2)] || q(z|2))
""",
    "cmvae": """
+ 1/2 E[log p(x.1|h.1,z); h.1~r(h.1), z~q(z|2)]
+ 1/2 E[log p(x.1|h.1,z); h.1~q(h.1|1), z~q(z|1)]
+ 1/2 E[log p(x.2|h.2,z); h.2~r(h.2), z~q(z|1)]
+ 1/2 E[log p(x.2|h.2,z); h.2~q(h.2|2), z~q(z|2)]
- beta KL(Mix_1/2[q(z|1), q(z|2)] || Mix_p(c)[p(z|c)])
- beta/2 KL(q(h.1|1) || p(h.1))
- beta/2 KL(q(h.2|2) || p(h.2))
! surrogate: ratio of h.1 dropped (aux != prior)
! surrogate: ratio of h.2 dropped (aux != prior)
""",
    "mmvm": """
+ E[log p(x.1|z.1); z.1~q(z.1|1)]
+ E[log p(x.2|z.2); z.2~q(z.2|2)]
- alpha*beta KL(q(z.1|1) || N(0,I))
- beta*(1 - alpha)/2 KL(q(z.1|1) || q(z.2|2))
- alpha*beta KL(q(z.2|2) || N(0,I))
- beta*(1 - alpha)/2 KL(q(z.2|2) || q(z.1|1))
! convex upper bound on KL(.||mix)
! empirical prior: no joint density p(X)
""",
    "mmvm_exact": """
+ E[log p(x.1|z.1); z.1~q(z.1|1)]
+ E[log p(x.2|z.2); z.2~q(z.2|2)]
- beta KL(q(z.1|1) || Mix_1/2[q(z.1|1), q(z.2|2)])
- beta KL(q(z.2|2) || Mix_1/2[q(z.1|1), q(z.2|2)])
! empirical prior: no joint density p(X)
""",
    "mopoe": """
+ 1/3 E[log p(x.1|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
+ 1/3 E[log p(x.1|z); z~q(z|1)]
+ 1/3 E[log p(x.1|z); z~q(z|2)]
+ 1/3 E[log p(x.2|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
+ 1/3 E[log p(x.2|z); z~q(z|1)]
+ 1/3 E[log p(x.2|z); z~q(z|2)]
- beta/3 KL(PoE[p(z)·q(z|1)·q(z|2)] || p(z))
- beta/3 KL(q(z|1) || p(z))
- beta/3 KL(q(z|2) || p(z))
""",
    "weighted_mvae": """
+ 1/2 E[log p(x.1|z); z~gPoE[q(z|1)^a_1·q(z|2)^a_2]]
+ 1/2 E[log p(x.2|z); z~gPoE[q(z|1)^a_1·q(z|2)^a_2]]
- beta KL(gPoE[q(z|1)^a_1·q(z|2)^a_2] || p(z))
""",
    "mmvae_plus": """
+ 1/2 E[log p(x.1|h.1,z); h.1~r(h.1), z~q(z|2)]
+ 1/2 E[log p(x.1|h.1,z); h.1~q(h.1|1), z~q(z|1)]
+ 1/2 E[log p(x.2|h.2,z); h.2~r(h.2), z~q(z|1)]
+ 1/2 E[log p(x.2|h.2,z); h.2~q(h.2|2), z~q(z|2)]
- beta KL(Mix_1/2[q(z|1), q(z|2)] || p(z))
- beta/2 KL(q(h.1|1) || p(h.1))
- beta/2 KL(q(h.2|2) || p(h.2))
! surrogate: ratio of h.1 dropped (aux != prior)
! surrogate: ratio of h.2 dropped (aux != prior)
""",
    "dmvae": """
+ lam_mnist E[log p(x.mnist|h.mnist,z); h.mnist~q(h.mnist|mnist), z~PoE[p(z)·q(z|mnist)·q(z|svhn)]]
+ lam_mnist E[log p(x.mnist|h.mnist,z); h.mnist~q(h.mnist|mnist), z~q(z|mnist)]
+ lam_mnist E[log p(x.mnist|h.mnist,z); h.mnist~q(h.mnist|mnist), z~q(z|svhn)]
+ lam_svhn E[log p(x.svhn|h.svhn,z); h.svhn~q(h.svhn|svhn), z~PoE[p(z)·q(z|mnist)·q(z|svhn)]]
+ lam_svhn E[log p(x.svhn|h.svhn,z); h.svhn~q(h.svhn|svhn), z~q(z|mnist)]
+ lam_svhn E[log p(x.svhn|h.svhn,z); h.svhn~q(h.svhn|svhn), z~q(z|svhn)]
- 2 KL(PoE[p(z)·q(z|mnist)·q(z|svhn)] || p(z))
- 3 KL(q(h.mnist|mnist) || p(h.mnist))
- 3 KL(q(h.svhn|svhn) || p(h.svhn))
- 2 KL(q(z|mnist) || p(z))
- 2 KL(q(z|svhn) || p(z))
""",
    "mmvae_tight": """
+ LME_30,inside{ + 49/25 E[log p(x.mnist|z); z~q(z|mnist)] + 49/25 E[log p(x.mnist|z); z~q(z|svhn)] + 1/2 E[log p(x.svhn|z); z~q(z|mnist)] + 1/2 E[log p(x.svhn|z); z~q(z|svhn)] - KL(Mix_1/2[q(z|mnist), q(z|svhn)] || p(z)) }
""",
    "bi_vcca": """
+ mu E[log p(x.1|z); z~q(z|1)]
+ mu E[log p(x.2|z); z~q(z|1)]
+ (1 - mu) E[log p(x.1|z); z~q(z|2)]
+ (1 - mu) E[log p(x.2|z); z~q(z|2)]
- beta*mu KL(q(z|1) || p(z))
- beta*(1 - mu) KL(q(z|2) || p(z))
""",
    "telbo": """
phase joint
  + lam_attr E[log p(x.attr|z); z~qJ(z|img,attr)]
  + lam_img E[log p(x.img|z); z~qJ(z|img,attr)]
  - KL(qJ(z|img,attr) || p(z))
phase unimodal
  + gamma_attr E[log p(x.attr|z); z~q(z|attr)]
  + gamma_img E[log p(x.img|z); z~q(z|img)]
  - KL(q(z|attr) || p(z))
  - KL(q(z|img) || p(z))
""",
    "jnf": """
phase joint
  + E[log p(x.1|z); z~qJ(z|1,2)]
  + E[log p(x.2|z); z~qJ(z|1,2)]
  - beta KL(qJ(z|1,2) || p(z))
phase unimodal
  - CE(qJ(z|1,2) || q(z|1))
  - CE(qJ(z|1,2) || q(z|2))
""",
    "telbo_joint": """
+ lam_attr E[log p(x.attr|z); z~qJ(z|img,attr)]
+ lam_img E[log p(x.img|z); z~qJ(z|img,attr)]
+ gamma_attr E[log p(x.attr|z); z~q(z|attr)]
+ gamma_img E[log p(x.img|z); z~q(z|img)]
- KL(qJ(z|img,attr) || p(z))
- KL(q(z|attr) || p(z))
- KL(q(z|img) || p(z))
""",
    "crmvae": """
+ 1/6 E[log p(x.1|z); z~PoE[q(z|1)·q(z|2)]]
+ 1/6 E[log p(x.1|z); z~q(z|1)]
+ 1/6 E[log p(x.2|z); z~PoE[q(z|1)·q(z|2)]]
+ 1/6 E[log p(x.2|z); z~q(z|2)]
- beta/3 KL(PoE[q(z|1)·q(z|2)] || p(z))
- beta/3 KL(PoE[q(z|1)·q(z|2)] || q(z|1))
- beta/3 KL(PoE[q(z|1)·q(z|2)] || q(z|2))
""",
    "mhvae": """
+ E[log p(x.t2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)], z.2~PoE[p(z.2)·q(z.2|t2)]]
+ E[log p(x.t2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|t2)·q(z.2|us)]]
+ E[log p(x.t2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|us)]]
+ E[log p(x.us|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)], z.2~PoE[p(z.2)·q(z.2|t2)]]
+ E[log p(x.us|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|t2)·q(z.2|us)]]
+ E[log p(x.us|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|us)]]
- beta KL(PoE[p(z.1|z.2)·q(z.1|t2)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|t2)])
- beta KL(PoE[p(z.1|z.2)·q(z.1|t2)·q(z.1|us)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|t2)·q(z.2|us)])
- beta KL(PoE[p(z.1|z.2)·q(z.1|us)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|us)])
- beta KL(PoE[p(z.2)·q(z.2|t2)] || p(z.2))
- beta KL(PoE[p(z.2)·q(z.2|t2)·q(z.2|us)] || p(z.2))
- beta KL(PoE[p(z.2)·q(z.2|us)] || p(z.2))
""",
    "mhvae_gan": """
+ E[log p(x.t2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)], z.2~PoE[p(z.2)·q(z.2|t2)]]
+ E[log p(x.t2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|t2)·q(z.2|us)]]
+ E[log p(x.t2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|us)]]
+ E[log p(x.us|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)], z.2~PoE[p(z.2)·q(z.2|t2)]]
+ E[log p(x.us|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|t2)·q(z.2|us)]]
+ E[log p(x.us|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|us)]]
- beta KL(PoE[p(z.1|z.2)·q(z.1|t2)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|t2)])
- beta KL(PoE[p(z.1|z.2)·q(z.1|t2)·q(z.1|us)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|t2)·q(z.2|us)])
- beta KL(PoE[p(z.1|z.2)·q(z.1|us)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|us)])
- beta KL(PoE[p(z.2)·q(z.2|t2)] || p(z.2))
- beta KL(PoE[p(z.2)·q(z.2|t2)·q(z.2|us)] || p(z.2))
- beta KL(PoE[p(z.2)·q(z.2|us)] || p(z.2))
- mu GAME_lsgan{ C.t2; real x.t2; fake E[x.t2|z.1,z.2; z.1~PoE[p(z.1|z.2)·q(z.1|t2)], z.2~PoE[p(z.2)·q(z.2|t2)]], E[x.t2|z.1,z.2; z.1~PoE[p(z.1|z.2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|us)]] }
- mu GAME_lsgan{ C.us; real x.us; fake E[x.us|z.1,z.2; z.1~PoE[p(z.1|z.2)·q(z.1|t2)], z.2~PoE[p(z.2)·q(z.2|t2)]], E[x.us|z.1,z.2; z.1~PoE[p(z.1|z.2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|us)]] }
! game: C.t2 has a loss of its own; GAME is the loss of those who make the fakes
! game: C.us has a loss of its own; GAME is the loss of those who make the fakes
""",
    "mhvae_subsets": """
+ 1/3 E[log p(x.t2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)], z.2~PoE[p(z.2)·q(z.2|t2)]]
+ 1/3 E[log p(x.t2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|t2)·q(z.2|us)]]
+ 1/3 E[log p(x.t2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|us)]]
+ 1/3 E[log p(x.us|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)], z.2~PoE[p(z.2)·q(z.2|t2)]]
+ 1/3 E[log p(x.us|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|t2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|t2)·q(z.2|us)]]
+ 1/3 E[log p(x.us|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|us)], z.2~PoE[p(z.2)·q(z.2|us)]]
- beta/3 KL(PoE[p(z.1|z.2)·q(z.1|t2)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|t2)])
- beta/3 KL(PoE[p(z.1|z.2)·q(z.1|t2)·q(z.1|us)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|t2)·q(z.2|us)])
- beta/3 KL(PoE[p(z.1|z.2)·q(z.1|us)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|us)])
- beta/3 KL(PoE[p(z.2)·q(z.2|t2)] || p(z.2))
- beta/3 KL(PoE[p(z.2)·q(z.2|t2)·q(z.2|us)] || p(z.2))
- beta/3 KL(PoE[p(z.2)·q(z.2|us)] || p(z.2))
""",
    "mnist_svhn_poe": """
+ E[log p(x.mnist|z); z~PoE[q(z|mnist)·q(z|svhn)]]
+ E[log p(x.mnist|z); z~q(z|mnist)]
+ E[log p(x.svhn|z); z~PoE[q(z|mnist)·q(z|svhn)]]
+ E[log p(x.svhn|z); z~q(z|svhn)]
- beta KL(PoE[q(z|mnist)·q(z|svhn)] || p(z))
- beta KL(q(z|mnist) || p(z))
- beta KL(q(z|svhn) || p(z))
""",
    "mmjsd": """
+ lam_1/2 E[log p(x.1|z); z~q(z|1)]
+ lam_1/2 E[log p(x.1|z); z~q(z|2)]
+ lam_2/2 E[log p(x.2|z); z~q(z|1)]
+ lam_2/2 E[log p(x.2|z); z~q(z|2)]
- beta/3 KL(p(z) || Geo_1/3[p(z), q(z|1), q(z|2)])
- beta/3 KL(q(z|1) || Geo_1/3[p(z), q(z|1), q(z|2)])
- beta/3 KL(q(z|2) || Geo_1/3[p(z), q(z|1), q(z|2)])
""",
    "mmjsd_private": """
+ lam_1/2 E[log p(x.1|h.1,z); h.1~q(h.1|1), z~q(z|1)]
+ lam_1/2 E[log p(x.1|h.1,z); h.1~q(h.1|1), z~q(z|2)]
+ lam_2/2 E[log p(x.2|h.2,z); h.2~q(h.2|2), z~q(z|1)]
+ lam_2/2 E[log p(x.2|h.2,z); h.2~q(h.2|2), z~q(z|2)]
- beta/3 KL(p(z) || Geo_1/3[p(z), q(z|1), q(z|2)])
- beta_h KL(q(h.1|1) || p(h.1))
- beta_h KL(q(h.2|2) || p(h.2))
- beta/3 KL(q(z|1) || Geo_1/3[p(z), q(z|1), q(z|2)])
- beta/3 KL(q(z|2) || Geo_1/3[p(z), q(z|1), q(z|2)])
""",
    "maae": """
+ 1/4 E[log p(x.1|z); z~q(z|1)]
+ 1/4 E[log p(x.1|z); z~q(z|2)]
+ 1/4 E[log p(x.2|z); z~q(z|1)]
+ 1/4 E[log p(x.2|z); z~q(z|2)]
- GAME_gan{ C; real z~p(z); fake z~q(z|1), z~q(z|2); pooled }
! game: C has a loss of its own; GAME is the loss of those who make the fakes
""",
    "maae_compat": """
+ 1/4 E[log p(x.1|z); z~q(z|1)]
+ 1/4 E[log p(x.1|z); z~q(z|2)]
+ 1/4 E[log p(x.2|z); z~q(z|1)]
+ 1/4 E[log p(x.2|z); z~q(z|2)]
- GAME_gan_compat(eps: 1e-08){ C; real z~p(z); fake z~q(z|1), z~q(z|2); pooled }
! game: C has a loss of its own; GAME is the loss of those who make the fakes
! game: gan_compat: the critic's loss at a fake, -(1 - log D), is bounded below by eps only
""",
    "mwae": """
+ 1/4 E[log p(x.1|z); z~q(z|1)]
+ 1/4 E[log p(x.1|z); z~q(z|2)]
+ 1/4 E[log p(x.2|z); z~q(z|1)]
+ 1/4 E[log p(x.2|z); z~q(z|2)]
- GAME_wgan(clip: 0.01){ C; real z~p(z); fake z~q(z|1), z~q(z|2); pooled }
! game: C has a loss of its own; GAME is the loss of those who make the fakes
""",
}
