"""Engineering designs; the RE numbers are those of Tanabe & Ishibuchi (2020), Applied Soft Computing 89, 106078.

Each takes points ``(n, d)`` and returns values ``(n, m)``. An experiment has at most four constraint metrics: where a
design has more constraints, several are one metric, the worst of their violations, each as a share of its limit.
"""

import math

import numpy as np

from benchmarks.protocols import Array


def _columns(*columns: Array) -> Array:
    return np.stack(columns, axis=1)


def four_bar_truss(x: Array) -> Array:
    """RE21: volume (100 cm3) and displacement of the joint (cm), by four cross-sections."""
    a, b, c, d = x.T
    force, stiffness, length = 10.0, 2e5, 200.0
    volume = length * (2 * a + math.sqrt(2) * b + np.sqrt(c) + d)
    displacement = force * length / stiffness * (2 / a + 2 * math.sqrt(2) / b - 2 * math.sqrt(2) / c + 2 / d)
    return _columns(volume, displacement)


def welded_beam(x: Array) -> Array:
    """RE32: cost and deflection; shear stress, bending stress, weld against bar, and buckling load."""
    h, length, t, b = x.T
    load, overhang, young, shear = 6000.0, 14.0, 30e6, 12e6
    cost = 1.10471 * h**2 * length + 0.04811 * t * b * (overhang + length)
    deflection = 4 * load * overhang**3 / (young * t**3 * b)
    moment = load * (overhang + length / 2)
    radius = np.sqrt(length**2 / 4 + ((h + t) / 2) ** 2)
    inertia = 2 * math.sqrt(2) * h * length * (length**2 / 12 + ((h + t) / 2) ** 2)
    primary, secondary = load / (math.sqrt(2) * h * length), moment * radius / inertia
    stress = np.sqrt(primary**2 + primary * secondary * length / radius + secondary**2)
    bending = 6 * load * overhang / (b * t**2)
    slenderness = 1 - t / (2 * overhang) * math.sqrt(young / (4 * shear))
    buckling = 4.013 * young * t * b**3 / (6 * overhang**2) * slenderness
    return _columns(cost, deflection, stress, bending, h - b, buckling)


def disc_brake(x: Array) -> Array:
    """RE33: mass and stopping time; radii apart, pressure, heat and torque."""
    inner, outer, force, surfaces = x.T
    squares, cubes = outer**2 - inner**2, outer**3 - inner**3
    mass = 4.9e-5 * squares * (surfaces - 1)
    time = 9.82e6 * squares / (force * surfaces * cubes)
    pressure = force / (3.14 * squares)
    heat = 2.22e-3 * force * cubes / squares**2
    torque = 2.66e-2 * force * surfaces * cubes / squares
    return _columns(mass, time, outer - inner, pressure, heat, torque)


def vehicle(x: Array) -> Array:
    """RE34: mass, acceleration of the passengers and intrusion in a crash, by the thickness of five parts (mm)."""
    a, b, c, d, e = x.T
    mass = 1640.2823 + 2.3573285 * a + 2.3220035 * b + 4.5688768 * c + 7.7213633 * d + 4.4559504 * e
    acceleration = 6.5856 + 1.15 * a - 1.0427 * b + 0.9738 * c + 0.8364 * d - 0.3695 * a * d + 0.0861 * a * e
    acceleration += 0.3628 * b * d - 0.1106 * a**2 - 0.3437 * c**2 + 0.1764 * d**2
    intrusion = -0.0551 + 0.0181 * a + 0.1024 * b + 0.0421 * c - 0.0073 * a * b + 0.024 * b * c - 0.0118 * b * d
    intrusion += -0.0204 * c * d - 0.008 * c * e - 0.0241 * b**2 + 0.0109 * d**2
    return _columns(mass, acceleration, intrusion)


def gear_train(x: Array) -> Array:
    """RE36: how far the ratio of four gears is from 6.931, and the largest of them."""
    a, b, c, d = x.T
    return _columns(np.abs(6.931 - c / a * (d / b)), x.max(axis=1))


def gear_train_set() -> Array:
    """The best ratio for each size, of all pairs of pairs of gears."""
    low, high = (side.ravel() + 12 for side in np.indices((49, 49)))
    ordered = low <= high
    low, high = low[ordered], high[ordered]
    product = low * high
    best = []
    for size in range(12, 61):
        fits = np.flatnonzero(high <= size)
        error = np.abs(6.931 - product[fits] / product[fits, np.newaxis])
        driver, driven = np.unravel_index(int(error.argmin()), error.shape)
        best.append([low[fits[driver]], high[fits[driver]], low[fits[driven]], high[fits[driven]]])
    return np.array(best, dtype=float)


def pressure_vessel(x: Array) -> Array:
    """Cost of a vessel by its shell and head (in 1/16 inch), radius and length; both thicknesses and the volume."""
    shell, head, radius, length = 0.0625 * x[:, 0], 0.0625 * x[:, 1], x[:, 2], x[:, 3]
    cost = 0.6224 * shell * radius * length + 1.7781 * head * radius**2
    cost += 3.1661 * shell**2 * length + 19.84 * shell**2 * radius
    volume = math.pi * radius**2 * length + 4 / 3 * math.pi * radius**3
    return _columns(cost, 0.0193 * radius - shell, 0.00954 * radius - head, volume / 1_296_000)


def speed_reducer(x: Array) -> Array:
    """Weight of a gearbox (Golinski 1970); teeth, deflection of the shafts, stress in the shafts, proportions."""
    face, module, teeth, first, second, d1, d2 = x.T
    weight = 0.7854 * face * module**2 * (3.3333 * teeth**2 + 14.9334 * teeth - 43.0934)
    weight += -1.508 * face * (d1**2 + d2**2) + 7.4777 * (d1**3 + d2**3) + 0.7854 * (first * d1**2 + second * d2**2)
    teeth_limits = (27 / (face * module**2 * teeth), 397.5 / (face * module**2 * teeth**2))
    deflection = (1.93 * first**3 / (module * teeth * d1**4), 1.93 * second**3 / (module * teeth * d2**4))
    stress = (
        np.sqrt((745 * first / (module * teeth)) ** 2 + 16.9e6) / (110 * d1**3),
        np.sqrt((745 * second / (module * teeth)) ** 2 + 157.5e6) / (85 * d2**3),
    )
    proportions = (
        module * teeth / 40,
        5 * module / face,
        face / (12 * module),
        (1.5 * d1 + 1.9) / first,
        (1.1 * d2 + 1.9) / second,
    )
    return _columns(weight, *(np.maximum.reduce(group) for group in (teeth_limits, deflection, stress, proportions)))


def tension_spring(x: Array) -> Array:
    """Weight of a spring by wire, coil and number of coils; deflection, shear stress, surge frequency, diameter."""
    wire, coil, count = x.T
    deflection = coil**3 * count / (71785 * wire**4)
    shear = (4 * coil**2 - wire * coil) / (12566 * (coil * wire**3 - wire**4)) + 1 / (5108 * wire**2)
    surge = 140.45 * wire / (coil**2 * count)
    return _columns((count + 2) * coil * wire**2, deflection, shear, surge, (wire + coil) / 1.5)
