"""Makes statistics.json and survival.json with SciPy, statsmodels' formulas, lifelines, and R's cmprsk and survival.

    pip install numpy scipy lifelines; R with cmprsk and survival
    python make_statistics.py

Inputs are random but kept in the files, so that the tests depend on nothing else.
"""

import json
import subprocess
import tempfile
import warnings

import numpy as np
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from scipy import optimize, special, stats

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240503)


def delong(first, second, positive):
    """The O(n^2) definition of DeLong, DeLong and Clarke-Pearson (1988)."""
    pos, neg = np.where(positive)[0], np.where(~positive)[0]
    parts = []
    for scores in (first, second):
        psi = (scores[pos][:, None] > scores[neg][None, :]) + 0.5 * (scores[pos][:, None] == scores[neg][None, :])
        parts.append((psi.mean(), psi.mean(1), psi.mean(0)))
    s10 = np.cov(np.stack([parts[0][1], parts[1][1]]))
    s01 = np.cov(np.stack([parts[0][2], parts[1][2]]))
    covariance = s10 / len(pos) + s01 / len(neg)
    contrast = np.array([-1.0, 1.0])
    error = float(np.sqrt(contrast @ covariance @ contrast))
    z = (parts[1][0] - parts[0][0]) / error
    return dict(first_area=parts[0][0], second_area=parts[1][0], standard_error=error, z=z, p_value=2 * stats.norm.sf(abs(z)))


def delong_cases():
    cases = []
    for n, ties in [(40, False), (200, True), (57, True)]:
        positive = rng.random(n) < 0.4
        first = rng.normal(positive * 1.0, 1)
        second = 0.5 * first + rng.normal(positive * 0.8, 1)
        if ties:
            first, second = np.round(first * 2) / 2, np.round(second * 2) / 2
        first, second = first.astype(np.float32), second.astype(np.float32)
        cases.append(dict(first=first.tolist(), second=second.tolist(), positive=positive.tolist(), **delong(first, second, positive)))
    return cases


def corrected_t_cases():
    cases = []
    for folds, share in [(5, 0.25), (15, 0.25), (10, 1 / 9)]:
        d = rng.normal(0.02, 0.03, folds)
        error = np.sqrt((1 / folds + share) * d.var(ddof=1))
        t = d.mean() / error
        cases.append(dict(differences=d.tolist(), share=share, t=t, p_value=2 * stats.t.sf(abs(t), folds - 1)))
    return cases


def contrast_cases():
    cases = []
    # Numbers of cases that are gone: those behind them stay what they were.
    rng.normal(0.5, 1.5, 31)
    for first, second in [(4, 4), (5, 6), (3, 7)]:
        a, b = rng.normal(0.2, 0.1, first), rng.normal(0.35, 0.1, second)
        result = stats.permutation_test(
            (b, a), lambda x, y: np.mean(x) - np.mean(y), permutation_type="independent", n_resamples=np.inf, vectorized=False)
        # SciPy doubles the smaller tail; the test counts both tails by size.
        both = np.mean(np.abs(result.null_distribution) >= abs(result.statistic) * (1 - 1e-12))
        cases.append(dict(first=a.tolist(), second=b.tolist(), difference=float(result.statistic), p_value=float(both)))
    return cases


def temperature_cases():
    cases = []
    for n, classes, true in [(300, 3, 2.5), (120, 2, 0.6), (500, 5, 1.3)]:
        z = rng.normal(0, 1.5, (n, classes))
        p = special.softmax(z, axis=1)
        labels = np.array([rng.choice(classes, p=row) for row in p])
        z = np.round(z * true, 6)

        def loss(log_t):
            return -np.mean(special.log_softmax(z / np.exp(log_t), axis=1)[np.arange(n), labels])

        # The root of the derivative is sharper than the minimum of the loss.
        def slope(inverse):
            weights = special.softmax(z * inverse, axis=1)
            return np.mean((weights * z).sum(1) - z[np.arange(n), labels])

        inverse = optimize.brentq(slope, 0.05, 20, xtol=1e-15, rtol=8.9e-16)
        cases.append(dict(logits=z.tolist(), labels=labels.tolist(), temperature=1 / inverse,
                          before=loss(0.0), after=loss(np.log(1 / inverse))))
    return cases


def logistic_cases():
    """scikit-learn's newton-cholesky, which solves the same penalised problem."""
    from sklearn.linear_model import LogisticRegression

    cases = []
    for n, width, classes, penalty in [(60, 3, 3, 1.0), (80, 5, 2, 0.1), (50, 4, 4, 10.0)]:
        x = np.round(rng.normal(0, 1, (n, width)), 6)
        labels = np.argmax(x @ rng.normal(0, 1, (width, classes)) + rng.gumbel(0, 1, (n, classes)), 1)
        labels[:classes] = np.arange(classes)
        # Two classes of scikit-learn are one weight vector, whose penalty is twice that of two opposite halves.
        c = 1 / penalty if classes > 2 else 2 / penalty
        fit = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-14, max_iter=1000).fit(x, labels)
        cases.append(dict(features=x.tolist(), labels=labels.tolist(), penalty=penalty,
                          probabilities=fit.predict_proba(x).tolist()))
    return cases


def tails():
    return dict(
        t=[dict(x=float(x), degrees=d, p=float(2 * stats.t.sf(abs(x), d))) for d in (1, 2, 4, 9, 14, 60, 1000) for x in (-0.01, 0.3, 1.7, 2.5, 6, 25)],
        chi_squared=[dict(x=float(x), degrees=d, p=float(stats.chi2.sf(x, d))) for d in (1, 2, 3, 7, 30) for x in (0.001, 0.5, 2, 3.84, 11, 60)],
    )


def subjects(n, groups, whole, entries=False):
    group = rng.integers(0, groups, n)
    first = rng.exponential(20 / (1 + group))
    second = rng.exponential(40, n)
    censor = rng.exponential(35, n)
    time = np.minimum(np.minimum(first, second), censor)
    event = np.where(time == censor, 0, np.where(time == first, 1, 2))
    time = np.ceil(time / 2) if whole else time
    entry = np.round(rng.uniform(0, 3, n), 2) if entries else np.zeros(n)
    keep = time > entry
    return time[keep], event[keep], group[keep], entry[keep]


def curve(times, *columns):
    """Where lifelines has no interval (all or none had the event), the value stands for it."""
    names = ("value", "lower", "upper", "variance")
    return [dict(time=float(t), **{k: float(row[0] if np.isnan(v) else v) for k, v in zip(names, row)}) for t, *row in zip(times, *columns)]


R = r"""
suppressMessages({library(cmprsk); library(survival)})
d <- read.csv(commandArgs(TRUE)[1])
fit <- cuminc(d$time, d$event, d$group)
for (k in 1:2) cat("gray", k, sprintf("%.17g", fit$Tests[k, "stat"]), sprintf("%.17g", fit$Tests[k, "pv"]), fit$Tests[k, "df"], "\n")
one <- cuminc(d$time, d$event)
times <- sort(unique(d$time[d$event > 0]))
points <- timepoints(one, times)
for (k in 1:2) cat("incidence", k, sprintf("%.17g", points$est[k, ]), "\n")
s <- survdiff(Surv(time, event > 0) ~ group, d)
cat("logrank", sprintf("%.17g", s$chisq), "\n")
"""


def r_results(time, event, group):
    with tempfile.TemporaryDirectory() as folder:
        table, script = f"{folder}/case.csv", f"{folder}/case.R"
        with open(table, "w") as file:
            file.write("time,event,group\n")
            file.writelines(f"{float(t)!r},{e},{g}\n" for t, e, g in zip(time, event, group))
        with open(script, "w") as file:
            file.write(R)
        out = subprocess.run(["Rscript", script, table], check=True, capture_output=True, text=True).stdout
    result = dict(gray=[], incidence=[])
    for line in out.splitlines():
        word, *rest = line.split()
        if word == "gray":
            result["gray"].append(dict(statistic=float(rest[1]), p_value=float(rest[2]), degrees=int(rest[3])))
        elif word == "incidence":
            result["incidence"].append([float(v) for v in rest[1:]])
        else:
            result["log_rank"] = float(rest[0])
    return result


def survival_cases():
    cases = []
    for n, groups, whole, entries in [(60, 2, False, False), (150, 3, True, False), (90, 2, True, False), (80, 2, False, True)]:
        time, event, group, entry = subjects(n, groups, whole, entries)
        case = dict(time=time.tolist(), event=event.tolist(), group=group.tolist(), entry=entry.tolist())
        km = KaplanMeierFitter().fit(time, event > 0, entry=entry if entries else None)
        table = km.survival_function_["KM_estimate"]
        interval = km.confidence_interval_
        at = np.unique(time[event > 0])
        case["kaplan_meier"] = curve(at, table.loc[at], interval.iloc[:, 0].loc[at], interval.iloc[:, 1].loc[at])
        case["median"] = float(km.median_survival_time_) if np.isfinite(km.median_survival_time_) else None
        if not entries:
            test = multivariate_logrank_test(time, group, event > 0)
            case["log_rank"] = dict(statistic=float(test.test_statistic), p_value=float(test.p_value))
            r = r_results(time, event, group)
            assert abs(r["log_rank"] - test.test_statistic) < 1e-9
            case["gray"] = r["gray"]
            case["incidence"] = r["incidence"]
        if not whole and not entries:
            # lifelines breaks ties by chance, so only where there are none.
            case["aalen_johansen"] = []
            for kind in (1, 2):
                aj = AalenJohansenFitter(calculate_variance=True).fit(time, event, kind)
                at = np.sort(time[event == kind])
                ci = aj.confidence_interval_
                case["aalen_johansen"].append(curve(
                    at, aj.cumulative_density_.iloc[:, 0].loc[at], ci.iloc[:, 0].loc[at], ci.iloc[:, 1].loc[at],
                    np.asarray(aj.variance_.loc[at]).ravel()))
        cases.append(case)
    return cases


with open("statistics.json", "w") as file:
    json.dump(dict(delong=delong_cases(), corrected_t=corrected_t_cases(), contrast=contrast_cases(),
                   temperature=temperature_cases(), tails=tails(), logistic=logistic_cases()), file)
with open("survival.json", "w") as file:
    json.dump(survival_cases(), file)
