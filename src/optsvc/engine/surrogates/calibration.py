"""How wide a prediction really is, by how far off the process was where the truth is known.

The most probable hyperparameters are surer than the data allow, and proposals are made where the process is the most
hopeful, so its variances are too small just there. How much too small show the rows that it takes for the best, each
predicted from all the others [PionVazquez2025]_. Their errors, in units of the standard deviations expected, are taken
as ``k`` draws from a normal distribution with mean 0, all standard deviations of which are equally likely
[Gelman2006]_. Then its variance has an inverse gamma distribution, the next error one of Student's with ``k - 1``
degrees of freedom [Shah2014]_, and its variance is the sum of their squares over ``k - 3``.

.. [Gelman2006] A. Gelman. Prior distributions for variance parameters in hierarchical models. Bayesian Analysis, 2006.
.. [PionVazquez2025] A. Pion and E. Vazquez. Design-marginal calibration of Gaussian process predictive distributions:
   Bayesian and conformal approaches. arXiv:2512.05611, 2025.
.. [Shah2014] A. Shah, A. Wilson and Z. Ghahramani. Student-t processes as alternatives to Gaussian processes. AISTATS,
   2014.
"""

from optsvc.engine.backend import HostArray


def variance_scale(squared_errors: HostArray) -> float:
    """What to multiply a predicted variance by; at least 1, as a few rows are no reason to be surer than the process.

    Args:
        squared_errors: Of the rows that judge, in units of the variances expected of them, shape ``(k,)``. Fewer than
            four leave the variance infinite; they count as if their number were four.
    """
    return max(1.0, float(squared_errors.sum()) / max(len(squared_errors) - 3, 1))
