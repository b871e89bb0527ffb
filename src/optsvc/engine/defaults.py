"""Every default number of the engine, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineDefaults:
    """The engine's settings; nothing else in the engine holds a bare number of this kind.

    Variances and length scales are those of standardized values over the unit cube.
    """

    # The space-filling start.
    initial_least: int = 5
    initial_most: int = 12
    initial_floor: int = 3
    """The start is never shorter than this, however small the budget."""
    initial_budget_share: float = 0.25
    failures_per_start: int = 3
    """Failures lengthen the start, to at most this multiple of its length."""
    min_successes: int = 3
    """A model needs at least this many values."""
    enumerate_experiment: int = 64
    """A finite space of at most this many points is simply worked through."""

    gate_budget_share: float = 0.5
    """Every value of a conditional turns up in the start, which may take this share of the budget for it."""

    # Priors on parameters.
    prior_uniform_share: float = 0.2
    prior_floor: float = 1e-12
    """A prior's density counts as at least this multiple of its largest."""
    prior_decay_share: float = 0.1
    prior_decay: float = 10.0
    """``β`` of a prior's weight ``β/n``: a share of the budget, or this where there is none."""

    # Linear constraints.
    share_points: int = 2048
    rejection_share: float = 0.05
    """Below this share of the cube, points inside come from random walks."""
    rejection_points: int = 16384
    pool_least: int = 64
    walk_steps: int = 4
    """Of a walk that starts at a point of the pool, per constrained axis."""

    # Duplicates.
    min_separation: float = 1e-6
    """Two points are one if no unit coordinate differs by more; also keeps the covariance matrix invertible."""
    replacement_draws: int = 256

    # The ensemble: shares of the Parzen estimator and of exploration; the Gaussian process has the rest.
    usual_shares: tuple[float, float] = (0.0, 0.0)
    """0.05 to 0.15 for either gained nothing on 19 development pairs, and lost on the rugged and conditional ones."""
    many_shares: tuple[float, float] = (0.3, 0.0)
    """Above `exact_rows`, and above `huge_rows`; not measured."""
    huge_shares: tuple[float, float] = (0.5, 0.05)
    huge_rows: int = 10_000
    forecast_bounds: tuple[float, float] = (0.01, 0.99)
    """No forecast counts as surer than this."""
    own_forecast_weight: float = 0.5
    little_improvement: float = 0.03
    """Of the standardized metric. Where less is expected, every other turn of the process goes to other categories,"""
    few_categories: int = 4
    """if there are so few combinations of them."""
    settled_improvement: float = 1e-3
    """Where less than that is expected, these turns are exploration's. Three turns of four cost the smooth and the
    rugged development problems 6 and 4 points of score after 100 evaluations."""
    settled_growth: float = 1e-4
    """The same for several objectives, as a share of the hypervolume so far."""
    explored_points: int = 32
    coverage_radius: float = 0.1
    """How far a point covers what it belongs to, in roots of the number of parameters. To the search, half is covered
    there: a sharp edge could not be climbed."""
    coverage_power: int = 6
    """How suddenly it ends: the power of the distance, see `acquisition.places.log_covered`."""
    coverage_places: int = 8192
    """So many places stand for the space; of them count"""
    coverage_kept: int = 2048
    """those worth most."""
    near_radius: float = 0.1
    """How far from a point is near it, in roots of the number of parameters."""
    solution_level: float = 0.3
    """Of several solutions, each is sought in this share of the space, the best one, until all have been found."""
    valley_rows: int = 200
    """Only the best points are looked at for valleys."""
    solution_attempts: int = 4
    """So many valleys are tried at most before the next one is looked for."""
    infeasible_turns: int = 4
    """While nothing has met all constraints, one turn of so many is exploration's."""

    # The Gaussian process.
    length_scale_bounds: tuple[float, float] = (0.005, 100.0)
    signal_variance_bounds: tuple[float, float] = (0.001, 54.6)
    """Of each part of the kernel: what the parameters do together, and what each does alone."""
    noise_variance_bounds: tuple[float, float] = (1e-10, 1.0)
    """A lower end of 1e-6 lets the search linger: it keeps buying improvements of the size of that noise."""
    length_scale_shape: float = 3.0
    length_scale_rate: float = 6.0
    length_scale_rate_categories: float = 2.0
    """The most probable length scale of categories is 1.5, as any two are at distance 1. With that of numbers, 0.5,
    scores on four problems with categories were 10 to 65 points lower after 20 or 40 evaluations; 3 was no better."""
    signal_log_mean: float = -0.7
    signal_log_variance: float = 2.0
    noise_log_mean: float = -6.0
    noise_log_variance: float = 4.0
    known_noise_log_mean: float = -9.21
    known_noise_log_variance: float = 1.0
    base_jitter: float = 1e-10
    jitter_ladder: tuple[float, ...] = (1e-10, 1e-8, 1e-6, 1e-4, 1e-2)
    """Added to the diagonal in units of the signal variance; the first that works is taken."""
    variance_floor: float = 1e-12
    measured_variance_floor: float = 1e-10
    measured_variance_cap: float = 1e6
    calibration_rows: int = 4
    """How many of the best rows judge how wide predictions are. On rugged functions, of two development seeds, 90 % of
    the true values were in the 95 % interval; with 5 rows it was 82 %."""

    # The classifier of failures.
    wide_length_scale: float = 0.205
    """Median length scale of the classifier, in roots of their number: so few labels explain little."""
    wide_log_variance: float = 3.0
    success_signal_log_mean: float = 2.77
    success_signal_log_variance: float = 1.0
    success_signal_bounds: tuple[float, float] = (0.0183, 54.6)
    success_floor: float = 0.02
    """The probability of success counts as at least this: chance failures wall nothing off."""
    blind_length_scale: float = 0.3
    """How far a step is while there is no model of the metric to say."""
    success_weight: float = 2.0
    """The power that the probability of success is raised to."""
    likely_success: float = 0.5
    """Every other suggestion goes where success is at least as likely as this, or as a share of the surest success so
    far: else a run may keep falling off a cliff, when all that is left to gain seems to lie beyond it."""
    likely_share: float = 0.8
    unlikely_slope: float = 200.0
    success_rows: int = 600
    """Above this many evaluations the classifier sees those nearest to one of the other kind."""
    success_fit_rows: int = 150
    success_fit_iterations: int = 20

    # Output warping.
    cap_min_count: int = 10
    cap_interquartile_ranges: float = 5.0
    warp_bounds: tuple[float, float] = (-2.0, 4.0)
    warp_steps: int = 121
    warp_min_stddev: float = 0.5
    quadrature_points: int = 32

    # Fitting.
    fit_starts: int = 4
    fit_full_rows: int = 100
    """Up to this many rows every fit uses all starts; above, it continues from the last fit if there is one."""
    fit_starts_large: int = 2
    fit_rows: int = 300
    """Hyperparameters are fitted on at most this many rows; predictions use them all."""
    fit_best_rows: int = 100
    worst_calibration: float = 10.0
    """A fit whose mean square error is a larger multiple of what it expects is not believed."""
    refit_growth: float = 0.02
    """Above `fit_rows`, the hyperparameters are kept until the data have grown by this share."""
    fit_iterations: int = 60
    fit_memory: int = 10
    fit_value_tolerance: float = 1e-6
    fit_gradient_tolerance: float = 1e-3
    fit_longest_step: float = 2.0
    """Of a fit in a batch, in logarithms; alone, SciPy decides."""
    least_for_logarithms: float = 0.01
    """In medians: where a value is smaller, logarithms would see little else, and are not taken."""
    scale_period: int = 5
    """Whether a metric or its logarithm is modelled is decided anew after so many observations."""
    exact_rows: int = 1000
    """Above this many rows the model sees the three kinds of row below instead of all."""
    local_nearest_rows: int = 400
    local_best_rows: int = 100
    local_spread_rows: int = 100

    # Importances.
    importance_least_values: int = 10
    """Fewer values say nothing about what matters."""
    importance_interquartile_ranges: float = 3.0
    """Values are capped this far outside the quartiles."""
    importance_trees: int = 32
    importance_leaf_rows: int = 3
    importance_leaves: int = 64
    importance_rows: int = 512
    """Of each tree, at most."""

    best_share: float = 0.1
    """Of the values: the best, whose points are compared with all."""
    best_least_values: int = 20
    best_least: int = 3
    best_cells: int = 50
    best_width_bounds: tuple[float, float] = (0.01, 0.5)
    told_interactions: int = 10
    least_interaction: float = 0.02
    """Weaker interactions are not told."""

    # Slices through a model.
    slice_points: int = 64
    contour_points: int = 32
    dependence_points: int = 32
    dependence_rows: int = 128
    extrapolation: float = 0.9
    """From this share of the signal's standard deviation on a prediction is the prior's, not the data's."""
    band: float = 1.96
    """Half the width of 95 % of a normal distribution."""

    # Rules that say where evaluations fail.
    rule_conditions: int = 3
    rule_width: int = 8
    rule_least_rows: int = 5
    rule_least_failures: int = 4
    """Fewer failures than this have no pattern."""
    rules: int = 5
    rule_shuffles: int = 20
    rule_p_value: float = 0.05
    """It errs on the safe side: of 1,000 histories with failures at random, in four spaces, 3 had a rule."""

    # The acquisition function.
    noisy_ratio: float = 1e-3
    """Noise counts as noise above this share of the signal variance."""
    expected_front_points: int = 512
    """Where the models are asked for the front that they expect."""
    end_starts: int = 4
    """From so many points the search for each of its ends sets out."""
    end_weight: float = 0.1
    """What an end of the front may cost of each other objective, per unit, both in ranges of the front."""
    wide_turns: int = 4
    """In one turn of so many, whatever is better than the worst value observed counts."""
    reference_points: int = 64
    reference_jitter: float = 1e-8
    reference_min_stddev: float = 1e-4
    """An observed point known better than this (in signal standard deviations) is taken as exactly known."""
    fantasy_samples: int = 16
    fantasy_samples_large: int = 8
    large_rows: int = 300
    reference_margin: float = 0.02
    """How far beyond the worst of the expected front the search's reference point lies, in ranges of the front."""
    shown_margin: float = 0.1
    """The same where hypervolume is shown, so that the ends of the front count there."""
    front_points: tuple[int, int] = (100, 40)
    """Of three objectives, and of four: a larger front is stood for by so many of its points. In four, 40 leave about
    200 boxes and 100 about 600, which take ten times as long to find."""

    # Maximizing the acquisition function.
    enumerate_acquisition: int = 4096
    raw_points: int = 1024
    raw_points_large: int = 512
    raw_large_rows: int = 500
    raw_local_share: float = 0.5
    perturbed_incumbents: int = 8
    perturbed_coordinates: float = 20.0
    perturbation_steps: tuple[float, ...] = (0.2, 0.05)
    perturbation_cap: float = 0.5
    drawn_starts: int = 12
    start_separation: float = 0.05
    incumbent_starts: int = 8
    relaxed_levels: int = 32
    """A numeric parameter with more levels than this is searched as if it were continuous, then snapped."""
    polish_iterations: int = 50
    polish_memory: int = 8
    polish_gradient_tolerance: float = 1e-6
    polish_value_tolerance: float = 1e-8
    polish_longest_step: float = 0.5
    sweep_starts: int = 5
    sweep_rounds: int = 8
    sweep_categories: int = 20
    gate_fills: int = 4
    """How many versions of a point are tried when a conditional is changed."""
    exchanged_axes: int = 10

    # The tree-structured Parzen estimator.
    tpe_share: float = 0.15
    """Of the points with a value that count as good."""
    tpe_most_good: int = 25
    tpe_candidates: int = 128
    tpe_width: float = 0.07
    """Standard deviation of the normal kernel around a single point; it shrinks slowly as their number grows. Of 0.05
    to 0.2, on six development seeds of 17 problems, 0.05 and 0.07 had the least regret."""
    tpe_kernels: int = 2000
    """Above this many kernels, those that follow stand for all."""
    tpe_best_kernels: int = 25
    tpe_spread_kernels: int = 1000
    tpe_cells: int = 4096
    """A numeric axis with more levels than this has a density, not a probability for each level."""

    # Which observation is truly the best.
    belief_samples: int = 256
    belief_points: int = 512
    """Of more distinct points, only so many compete for the Pareto front."""
    belief_least_chance: float = 0.01
    repeat_candidates: int = 10
    repeat_least_gap: float = 0.1
    """In standard deviations of the noise: points closer than this need not be told apart."""
    repeats_advised: int = 3

    # How far a metric moves under small changes.
    robustness_points: int = 128
    robustness_samples: int = 128
    robustness_halvings: int = 8

    # Where the front of a random search would lie.
    random_front_searches: int = 200
    random_front_evaluations: int = 4096
    """Of one search: as many as were observed, but at most so many."""
    random_front_points: int = 8192
    """From which the searches draw."""
    random_front_blocks: int = 8
    random_front_grid: int = 48

    # How likely success is over two parameters.
    success_map_points: int = 24
    success_map_rows: int = 32

    # Whether it is worth going on.
    regret_failure: float = 0.1
    regret_points: int = 2048
    regret_leaders: int = 16
    regret_moves: int = 32
    regret_steps: tuple[float, ...] = (0.1, 0.03, 0.01)
    regret_least_chance: float = 0.05
    convergence_tolerance: float = 0.01
    convergence_gain_window: int = 3
    convergence_versions: int = 3
    plateau_window: int = 5
    """Per parameter."""
    plateau_least_before: int = 5
    plateau_volume_growth: float = 0.01
    plateau_new_share: float = 0.1

    # The health report.
    card_least_results: int = 5
    card_least_modelled: int = 10
    failures_good: float = 0.1
    failures_bad: float = 0.5
    repeats_good: float = 0.1
    repeats_bad: float = 0.5
    repeats_of_noisy: float = 0.5
    edge_least_results: int = 10
    edge_points: int = 5
    edge_reach: float = 0.02
    edge_chance: float = 0.01
    spread_commonest: float = 0.8
    spread_rounding: float = 1e-6
    budget_bad: float = 0.4
    satisfying_good: float = 0.1
    explained_good: float = 0.5
    explained_bad: float = 0.1
    coverage_chance: float = 0.01
    coverage_bad: float = 0.8


DEFAULTS = EngineDefaults()
