"""What is known of how published objectives relate: every statement, its class, and the tests that show it.

Classes: A identical in form; V equal in value; S equal up to a positive scale; P equal after a re-parametrisation; E
equal in expectation; G of equal gradient; <= a bound; X false, and tested to be. Tests are FILE::TEST under `tests/`;
those of `identities/test_difference` and `identities/test_traps` go through the public `mg.diff`.
"""

from __future__ import annotations

from dataclasses import dataclass

D, T = "identities/test_difference", "identities/test_traps"
FORM, ORDER = "identities/test_identities", "identities/test_orderings"
EXACT, ORACLE = "oracles/test_exact_posterior", "oracles/test_divergences"


@dataclass(frozen=True)
class Line:
    """One statement.

    Arguments:
        says: the statement.
        classes: what it is.
        tests: what shows it.
        alone: why no two specs say it, where `mg.diff` has no part in it.
    """

    says: str
    classes: str
    tests: tuple[str, ...]
    alone: str = ""


def trap(name: str) -> str:
    return f"{T}::test_a_trap_is_different_by_its_residual[{name}]"


def gap(name: str) -> str:
    return f"{ORDER}::test_the_gap_is_what_is_printed[{name}]"


LINES = {
    "I-1": Line(
        "JMVAE-kl(alpha = 0) = JMVAE; its experts then get no gradient",
        "A",
        (f"{D}::test_i1_jmvae_without_its_divergences", f"{FORM}::test_i1_unimodal_networks_get_no_gradient"),
    ),
    "I-2": Line(
        "the first phases of JNF and of TELBO (with weights lambda) are JMVAE",
        "A",
        (
            f"{D}::test_i2_first_phases_are_jmvae",
            "objective/difference/test_conditions::test_the_first_phase_may_be_a_model_of_its_own",
        ),
    ),
    "I-3": Line(
        "MVTCAE(0, beta) = beta-ELBO of the product without the prior", "A", (f"{D}::test_i3_mvtcae_without_alpha",)
    ),
    "I-4": Line(
        "MVTCAE(0, 1) is not MVAE; it is after one expert has taken the prior in",
        "P X",
        (f"{D}::test_i4_mvtcae_is_not_mvae", trap("I-4"), f"{FORM}::test_i4_after_reparametrisation"),
    ),
    "I-5": Line(
        "MVTCAE is affine in alpha", "V", (f"{D}::test_i5_mvtcae_is_affine_in_alpha", f"{FORM}::test_i5_in_value")
    ),
    "I-6": Line(
        "MVTCAE = (M - alpha)/M JMVAE-kl over the product", "A S", (f"{D}::test_i6_mvtcae_is_a_scaled_jmvae_kl",)
    ),
    "I-7": Line(
        "mcVAE = M MoPoE of the single views, by component",
        "S",
        (f"{D}::test_i7_mcvae_is_scaled_mopoe_of_singletons", trap("I-7")),
    ),
    "I-8": Line("mcVAE(M = 2) = DVCCA(1) + DVCCA(2) = 2 bi-VCCA(1/2)", "A S", (f"{D}::test_i8_mcvae_is_two_dvcca",)),
    "I-9": Line(
        "one draw, one logarithm a component: the ELBO with the mixture's density; not so with one for all",
        "A X",
        (f"{D}::test_i9_one_draw", trap("I-9"), f"{FORM}::test_i9_one_sample_inside_is_not"),
    ),
    "I-10": Line(
        "L_mix - L_comp = beta JS of the components, between 0 and beta log of their number",
        "V <=",
        (
            f"{D}::test_i10_the_gap_is_a_jensen_shannon_divergence",
            trap("I-10"),
            *(gap(n) for n in ("I-10", "I-10 for beta", "I-10 for all subsets")),
            "identities/test_divergences::test_i10_the_gap_of_the_densities_is_a_jensen_shannon_divergence",
            f"{ORACLE}::test_i10_in_published_numbers",
        ),
    ),
    "I-11": Line(
        "MoPoE of the full set = MVAE; MoPoE(M = 1) is not the plain VAE",
        "A X",
        (f"{D}::test_i11_mopoe_of_the_full_set_is_mvae", f"{D}::test_i11_one_view_is_no_plain_vae", trap("I-11")),
    ),
    "I-12": Line(
        "MoPoE is not sub-sampled MVAE, for M > 1", "X", (f"{D}::test_i12_mopoe_is_not_subsampled_mvae", trap("I-12"))
    ),
    "I-13": Line(
        "MHVAE(L = 1, all subsets averaged, no game) = MoPoE with the prior always; full and singles are another set",
        "A X",
        (
            f"{D}::test_i13_all_subsets_averaged",
            f"{D}::test_i13_one_level",
            trap("I-13"),
            "identities/test_levels::test_i13_one_level_is_mopoe",
        ),
    ),
    "I-14": Line(
        "DMVAE without private latents = MVAE + mcVAE, beta = M as published, beta = 1 in a library",
        "A",
        (f"{D}::test_i14_dmvae_is_mvae_plus_mcvae", trap("I-14"), gap("I-14")),
    ),
    "I-15": Line(
        "MMVAE+ without private latents = MMVAE, loose, the same beta inside",
        "A",
        (f"{D}::test_i15_mmvae_plus_without_private",),
    ),
    "I-16": Line(
        "MMVAE+ with absent latents from their prior, by component, is the true bound",
        "A",
        (f"{D}::test_i16_absent_from_the_prior_is_the_true_bound", f"{FORM}::test_i16_in_value"),
    ),
    "I-17": Line(
        "the mixture's density in MMVAE+ mixes z only",
        "X",
        (f"{FORM}::test_i17_the_mixture_mixes_shared_latents_only",),
        "the density of the whole mixture is not a word of the language",
    ),
    "I-18": Line(
        "route n of MMVAE+ bounds log p with the other private priors replaced; the mixture adds at most log M",
        "<=",
        (
            gap("I-18"),
            "identities/test_clusters::test_i18_a_route_bounds_the_evidence_of_the_model_whose_private_prior_is_replaced",
        ),
    ),
    "I-19": Line(
        "CMVAE = MMVAE+ with a mixture prior; with one fixed component, MMVAE+",
        "V A",
        (
            f"{D}::test_i19_one_component_is_mmvae_plus",
            "identities/test_clusters::test_i19_the_part_of_c_is_the_log_density_of_the_mixture",
        ),
    ),
    "I-20": Line(
        "gPoE with exponents 1 = PoE; with 1/M the mean is the same and the variance M times",
        "V X",
        (f"{D}::test_i20_exponents", trap("I-20"), f"{FORM}::test_i20_equal_exponents_are_not_poe"),
    ),
    "I-21": Line(
        "me_mVAE = all subsets S to S, for two views only",
        "A X",
        (f"{D}::test_i21_me_mvae_is_all_subsets_of_two_views", trap("I-21")),
    ),
    "I-22": Line(
        "the laboratory's product, TELBO over a product, sub-sampled MVAE(0) without the prior = me_mVAE",
        "A",
        (f"{D}::test_i22_me_mvae_in_other_words", trap("I-22")),
    ),
    "I-23": Line(
        "at one view all are the VAE, MVTCAE (1 - alpha) of it, me_mVAE twice; AE is its score, as DCCAE without cca",
        "A S",
        (f"{D}::test_i23_one_view",),
    ),
    "I-24": Line(
        "MMVM(a = 1) is M VAEs; MMVM(M = 1, a = 0) has no divergence",
        "A",
        (
            f"{D}::test_i24_mmvm_at_its_ends",
            "identities/test_pooling::test_i24_with_the_standard_normal_alone_it_is_independent_vaes",
        ),
    ),
    "I-25": Line(
        "sum KL(q_m || h) = M JS; the trained surrogate is a mean of Jeffreys divergences, above it",
        "V <=",
        (
            f"{D}::test_i25_mmvm_exact_and_its_bound",
            f"{D}::test_i25_a_kl_to_the_mixture_is_a_part_of_js",
            gap("I-25"),
            "identities/test_pooling::test_i25_the_convex_bound_is_a_mean_of_jeffreys_divergences",
            "identities/test_pooling::test_i25_equality_where_all_posteriors_are_equal",
        ),
    ),
    "I-26": Line(
        "AE is the route of pairs with delta codes; a squared error is twice a normal score and a constant",
        "S G X",
        (f"{D}::test_i26_squared_errors", "identities/test_weights::test_i26_the_same_weight_is_another_optimum"),
    ),
    "I-27": Line(
        "without the game mAAE = mWAE = AE, MHVAE its routes; DCCAE(0) = DCCA",
        "A",
        (f"{D}::test_i27_without_a_game_or_a_statistic",),
    ),
    "I-28": Line(
        "the library's CCA = d + sum of the correlations",
        "G",
        ("vocab/test_statistics::test_more_than_two_views",),
        "the value of a statistic",
    ),
    "I-29": Line(
        "divergences from the geometric center are above the JS, by KL(mixture || center)",
        "V <=",
        (f"{D}::test_i29_centers", trap("I-29"), gap("I-29"), f"{ORACLE}::test_i29_no_center_is_below_the_mixture"),
    ),
    "I-30": Line(
        "exact experts over p^(|S| - 1) give the exact posterior, and once p only for two views",
        "V X",
        ("oracles/test_subsets::test_the_density_is_the_exact_posterior",),
        "products of densities, which no objective has",
    ),
    "I-31": Line(
        "the best objective is convex and falls in beta",
        "<=",
        (
            f"{D}::test_i31_falls_in_beta",
            gap("I-31"),
            "identities/test_weights::test_i31_the_best_objective_is_convex_and_falls_in_beta",
        ),
    ),
    "I-32": Line(
        "more draws are higher, and one logarithm is higher than the mean of several; all below log p(X)",
        "<=",
        (
            f"{D}::test_i32_importance_weighting",
            f"{ORDER}::test_i32_logarithms_of_more_draws_are_higher",
            f"{EXACT}::test_i32_iwae_is_monotone",
        ),
    ),
    "I-33": Line(
        "a cross-entropy is a KL and the entropy of what rests",
        "G X",
        (
            f"{D}::test_i33_a_frozen_entropy_is_constant",
            "oracles/test_phases::test_i33_fails_while_the_joint_network_learns",
        ),
    ),
    "I-34": Line(
        "VCCA-private without private latents = DVCCA = mcVAE's first route",
        "A",
        (f"{D}::test_i34_vcca_without_private_latents_is_dvcca",),
    ),
    "I-35": Line(
        "CRMVAE less its single scores = JMVAE-kl over the product, times 1/(2(M + 1))",
        "S A",
        (f"{D}::test_i35_crmvae_is_a_scaled_jmvae_kl_and_single_scores", trap("I-35")),
    ),
    "I-36": Line(
        "CVAE without its condition is the VAE; with it, below log p(y|x)",
        "A <=",
        (
            f"{D}::test_i36_cvae_without_condition_is_the_vae",
            "oracles/test_conditional::test_i36_the_gap_is_the_distance_from_the_posterior",
        ),
    ),
    "I-37": Line(
        "at the exact posterior every log-weight is log p(X)",
        "V",
        (f"{EXACT}::test_i37_exact_posterior_has_no_variance", f"{EXACT}::test_i37_gradients_vanish"),
        "values at a posterior",
    ),
    "I-38": Line(
        "log p(X) - ELBO = KL(q || posterior)",
        "V",
        (f"{EXACT}::test_i38_gap_is_the_divergence",),
        "log p(X) is no spec",
    ),
    "I-39": Line(
        "the order and the names of views do not matter, but for models that single one out",
        "A",
        (f"{D}::test_i39_permuted_views", f"{D}::test_i39_the_first_view_is_special", f"{FORM}::test_i39_in_value"),
    ),
    "I-40": Line(
        "a view twice doubles the precision of a product and leaves a mixture",
        "V A",
        (f"{FORM}::test_i40_duplicate_view_doubles_the_precision", f"{FORM}::test_i40_duplicate_view_leaves_a_mixture"),
        "networks that are tied to each other",
    ),
    "I-41": Line(
        "gradient estimators: unbiased for one component, biased for a mixture under a logarithm of several draws",
        "E X",
        (f"{D}::test_i41_estimators", "oracles/test_gradient_estimators::test_i41_where_an_estimator_is_biased"),
    ),
    "resampled": Line(
        "draws that are made again for the decoder may be above log p(X)",
        "X",
        (f"{EXACT}::test_the_resampling_mistake_is_caught",),
        "no spec can say it: the draws under a logarithm are those that are decoded",
    ),
}
