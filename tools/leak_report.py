"""The published figures of the leak probes: what they promise, and how they are shown.

``tools.leak_probes`` measures them; here they are only read.
"""

from course_utils.samples import digits, folders

#: No probe of pets may come above this with the upper end of its interval.
PETS_LIMIT = 0.55
#: A set's best probe, of those told everything and of all others, lies this far under the convnet.
LEAST_DISTANCE = 0.15

#: The lines around the table in the page.
MARKS = ("<!-- probes: written by make probes -->", "<!-- end of probes -->")
#: What a probe is called that is told all that there is.
EVERYTHING = "everything together"


def generator_versions() -> dict[str, str]:
    """Return the version of each generator of pictures as it is now."""
    versions = {name: module.VERSION for name, module in folders.SETS.items()}
    return versions | {"digits": digits.VERSION}


def best_probe(figures: dict, told: str | None = None) -> float:
    """Return the accuracy of a set's best probe; of those told one thing, or of all."""
    rows = figures["probes"].values() if told is None else [figures["probes"][told]]
    return max(one["accuracy"] for row in rows for one in row.values())


def problems(report: dict) -> list[str]:
    """Return in words what is wrong with published figures: stale ones and broken promises."""
    found, current = [], generator_versions()
    published = {figures["generator"] for figures in report["sets"].values()}
    if missing := sorted(set(current) - published):
        found.append(f"no figures for {', '.join(missing)}; run make probes")
    for name, figures in report["sets"].items():
        generator, measured = figures["generator"], figures["generator_version"]
        if measured != current.get(generator):
            found.append(
                f"{name}: measured on version {measured} of the generator {generator}, which is "
                f"now {current.get(generator)}; run make probes"
            )
    return found + broken_promises(report)


def broken_promises(report: dict) -> list[str]:
    """Return in words which promises the figures do not keep."""
    found = []
    for name, figures in report["sets"].items():
        for told, row in figures["probes"].items() if name == "pets" else ():
            for probe, one in row.items():
                if one["upper"] > PETS_LIMIT:
                    found.append(
                        f"{name}: a {probe} on {told} has {_percent(one['accuracy'])} %, at most "
                        f"{_percent(one['upper'])} %, where {_percent(PETS_LIMIT)} % is the limit"
                    )
        for probe, one in figures.get("planted_leak", {}).items():
            if one["lower"] <= PETS_LIMIT:
                accuracy = _percent(one["accuracy"])
                found.append(f"{name}: the planted leak escapes a {probe} ({accuracy} %)")
        if net := figures.get("convnet"):
            distance = net["accuracy"] - best_probe(figures)
            if distance < LEAST_DISTANCE:
                found.append(
                    f"{name}: the best probe lies only {_percent(distance)} points under the "
                    f"convnet, promised are {_percent(LEAST_DISTANCE)}"
                )
    return found


def table(report: dict) -> str:
    """Return the published figures as Markdown."""
    sets = report["sets"]
    told = [figures["probes"] for figures in sets.values()]
    probes = list(told[0][EVERYTHING])
    nets = [figures.get("convnet") for figures in sets.values()]
    rows = [
        ["right answers in %", *sets],
        ["---"] * (len(sets) + 1),
        ["by chance", *(_percent(figures["chance"]) for figures in sets.values())],
    ]
    for probe in probes:
        cells = (_with_upper_end(row[EVERYTHING][probe]) for row in told)
        rows.append([f"{probe}, {EVERYTHING}", *cells])
    for kind in told[0]:
        if kind != EVERYTHING:
            pairs = (" / ".join(_percent(row[kind][p]["accuracy"]) for p in probes) for row in told)
            rows.append([f"{kind} alone", *pairs])
    for pictures in dict.fromkeys(
        pictures for figures in sets.values() for pictures in figures.get("cross_validated", {})
    ):
        for probe in probes:
            ways = (figures.get("cross_validated", {}).get(pictures) for figures in sets.values())
            cells = (_with_upper_end(way[probe]) if way else "" for way in ways)
            rows.append([f"{probe}, cross-validated on {int(pictures):,}", *cells])
    for probe in probes:
        planted = (figures.get("planted_leak", {}).get(probe) for figures in sets.values())
        cells = (_with_upper_end(one) if one else "" for one in planted)
        rows.append([f"{probe}, planted leak", *cells])
    rows.append(
        ["**convnet**", *(f"**{_percent(net['accuracy'])}**" if net else "" for net in nets)]
    )
    versions = " · ".join(f"{name} {version}" for name, version in report["versions"].items())
    return "\n".join(
        [
            *(f"| {' | '.join(row)} |" for row in rows),
            "",
            "In brackets stands the upper end of a 95 % interval. Of two numbers the first is the "
            f"{probes[0]}'s, the second the {probes[1]}'s.",
            "",
            *(f"- {name}: {_in_words(figures)}" for name, figures in sets.items()),
            *(
                f"- {name}, {_small_leak(figures)}"
                for name, figures in sets.items()
                if "cross_validated" in figures
            ),
            *(f"- **Promise not kept.** {broken}." for broken in broken_promises(report)),
            "",
            f"Measured in {sum(report['minutes'].values()):.0f} minutes on {report['hardware']}, "
            f"with {versions}.",
        ]
    )


def _in_words(figures: dict) -> str:
    """Return what was drawn, how it was asked about, and which convnet it was compared with."""
    words = f"generator `{figures['generator']}`, version {figures['generator_version']}; "
    words += f"{figures['pictures']:,} pictures, {figures['tested']:,} of them asked about"
    if figures["groups"]:
        words += f", which show {figures['groups']} others than those learned from"
    if net := figures.get("convnet"):
        size = "×".join(map(str, net["input_shape"][:2]))
        words += f". The convnet: `{net['builder']}` at {size}, {net['epochs']} epochs"
        if net["best_epoch"]:
            words += f" (weights of epoch {net['best_epoch']}, chosen on held-out pictures)"
        words += f" on {net['pictures']:,} pictures in {net['precision']}"
        if spread := net.get("recorded"):
            words += f", as recorded for chapter 4 (all seeds: {spread})"
        words += (
            f"; it lies {_percent(net['accuracy'] - best_probe(figures, EVERYTHING))} points above "
            f"the best probe that is told everything, "
            f"{_percent(net['accuracy'] - best_probe(figures))} above the best of all"
        )
    return f"{words}."


def _ways(figures: dict) -> dict[str, dict]:
    """Return what the probes know from everything together, by the way in which it was asked."""
    others = figures["cross_validated"].items()
    ways = {f"cross-validated on {int(pictures):,}": row for pictures, row in others}
    return {"learned and asked apart": figures["probes"][EVERYTHING]} | ways


def _small_leak(figures: dict) -> str:
    """Return in words what is left of a leak: points above chance, by probe and way of asking."""
    chance = figures["chance"]
    parts = [
        f"{probe} {100 * (one['accuracy'] - chance):+.1f} "
        f"[{100 * (one['lower'] - chance):+.1f}, {100 * (one['upper'] - chance):+.1f}] {way}"
        for way, row in _ways(figures).items()
        for probe, one in row.items()
    ]
    return f"points above chance, everything together: {'; '.join(parts)}."


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _with_upper_end(one: dict) -> str:
    return f"{_percent(one['accuracy'])} ({_percent(one['upper'])})"
