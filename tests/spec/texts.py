"""Well-formed specs that the tests start from."""

WHOLE = """\
mvgraph: 1
name: MoPoE-VAE
about: {title: Generalized Multimodal ELBO, authors: [Sutter, Daunhawer, Vogt], year: 2021, arxiv: '2105.02470'}
params:
  beta: 1.0
  warm: {linear: {from: 0, to: 1, epochs: 10}}
  lam: {image: 1, label: 50.5}
views:
  image: {shape: [784], likelihood: bernoulli, encoder: {mlp: {hidden: [512, 512]}}, decoder: {mlp: {hidden: [512]}}}
  label: {shape: [10], likelihood: categorical}
view_defaults: {encoder: mlp}
p:
  z: {latent: normal, dim: 64}
  x: {observed: true, plate: view, given: [z]}
q:
  mixture: subsets
  z: {expert: normal, fuse: poe, prior_expert: full}
objective:
  maximize:
    - elbo: {from: V, to: V, beta: beta, density: component}
    - elbo: {for: {S: full+singles, m: V}, from: S, to: [m], likelihood_weight: {image: 1, label: 'lam[m]'}}
  minimize:
    - kl: {of: q(z | V), to: q(z | m), for: {m: V}, weight: 1e-3}
estimator: {samples: 2, mixture: stratified}
training:
  optimizer: {adam: {lr: 5.0e-4}}
  batch_size: 256
  epochs: 300
  clip: {norm: 5}
  early_stopping: {patience: 3}
"""

PRIVATE = """\
mvgraph: 1
name: MMVAE+
views: 2..4
p:
  z: {latent: laplace, dim: 32}
  h: {latent: {laplace: {scale: 0.75}}, plate: view, dim: 8, given: [z], network: mlp}
  x: {observed: true, plate: view, given: [z, h], likelihood: normal, network: mlp}
q:
  mixture: singles
  z: {expert: {laplace: {scale: softmax}}}
  h: {expert: laplace, absent: aux, auxiliary: {laplace: {learnt: [scale]}}, share: z}
objective:
  maximize:
    - iwae: {from: [1, m], for: {m: V}, to: V, samples: 10, strata: inside, beta: {z: 1, h: 2.5}, combine: mean}
training: {batch_size: full}
"""

SMALL = """\
mvgraph: 1
name: small
views: 3
p: {z: {latent: normal, dim: 2}, x: {observed: true, given: [z]}}
q: {z: {expert: normal, fuse: poe}}
objective: {maximize: [{elbo: {from: V, to: V}}]}
"""

GOOD = {"whole": WHOLE, "private": PRIVATE, "small": SMALL}
