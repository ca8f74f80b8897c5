"""Holds what was measured in one run against the goals."""

import statistics

import curves


def table(figures):
    """The lines of a table of goals, and what the figures say of each."""
    rows = [*versions(figures["weights"]), *shares(figures["shares"], figures["cold"]), *others(figures)]
    return ["| work | goal | measured |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows), ""]


def versions(results):
    """The rows of adding two versions of a large file, and of getting one back."""
    first, second, checkout = "add the first version", "add the second version", "check out the first version"
    yield (
        "`add` 1.3 GB of new fp32 weights, 2 cores",
        "2.5 × as fast as DVC and Git LFS, at most 5.5 core-seconds",
        f"{ratio(results, 'dvc', first)} DVC, {ratio(results, 'git-lfs', first)} Git LFS,"
        f" {median(results, 'git-model', first, 'cpu'):.1f} core-seconds",
    )
    yield (
        "`add` the second version, 4 of 24 layers changed",
        "5 × as fast as DVC, no more bytes than the changed layers' 224 MB",
        f"{ratio(results, 'dvc', second)}, {median(results, 'git-model', second, 'written') / 1e6:.0f} MB",
    )
    yield (
        "`checkout` of 1.3 GB from the local store",
        "no slower than DVC, 1.3 × `cp`",
        f"{ratio(results, 'dvc', checkout)} as fast as DVC, {1 / factor(results, 'cp', checkout):.1f} × the time of `cp`",
    )


def shares(stored, cold):
    """The rows of what checkpoints take."""
    copies = [stored[f"the same, {how}"] for how in ("reordered", "tensors renamed", "in two shards")]
    for kind, goal in (("bf16", "0.36"), ("fp32", "0.70")):
        before, after = cold[kind]
        yield (
            f"4 {kind} checkpoints, stored / raw; cold fetch of the newest, before and after `repack`",
            f"{goal}; 1.5, 1.0",
            f"{stored[kind]:.2f}; {before:.2f}, {after:.2f}",
        )
    yield "first version, bf16 and fp32", "0.68, 0.84", f"{stored['bf16, step 0']:.3f}, {stored['fp32, step 0']:.3f}"
    yield "stored tensors resharded, renamed or reordered", "1 % of new bytes", f"at most {max(copies) * 100:.2f} %"


def others(figures):
    """The rows of the codec by itself, of what is independent of the bytes, and of memory."""
    encoded, decoded = figures["planes"]
    large, small = (ratio(figures[name], "dvc", "status, nothing changed") for name in ("weights", "files"))
    yield (
        "one thread, planes",
        "bf16 encodes at 500 MB/s, decodes at 1.2 GB/s",
        f"{encoded / 1000:.1f} GB/s, {decoded / 1000:.1f} GB/s ([decision 5](decisions/0005-plane-codec.md))",
    )
    yield (
        "`status`, nothing changed",
        "15 × as fast as DVC",
        f"{large} for one large file, {small} for 20,000 small ones",
    )
    yield "memory, whatever the size", "400 MiB", memory(figures)


def memory(figures):
    """The most that any work took, by what there was of it."""
    grown = figures["growth"]
    largest, most = f"{curves.SIZES[-1] / 1e6:,.0f} MB", f"{curves.COUNTS[-1]:,} files"

    def peak(costs):
        return f"{max(cost.memory for cost in costs) / 2**20:.0f} MiB"

    here = [cost for costs in figures["weights"]["git-model"].values() for cost in costs if not isinstance(cost, int)]
    return (
        f"{peak(here)} at 1.3 GB, {peak(grown[largest].values())} at {largest}, {peak([figures['zeros']])} at"
        f" {curves.ZEROS / 1e9:.1f} GB of zeros, {peak(grown[most].values())} at {most}"
    )


def median(results, tool, work, what="wall"):
    return statistics.median(getattr(cost, what) for cost in results[tool][work])


def factor(results, tool, work):
    """How many times as long as git-model another tool took."""
    return median(results, tool, work) / median(results, "git-model", work)


def ratio(results, tool, work):
    return f"{factor(results, tool, work):.1f} ×"
