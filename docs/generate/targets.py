"""The published results that the model is compared with."""

from __future__ import annotations

from collections import Counter

from generate.markdown import plain, sourced, table
from mendsim.analysis.validation import questions
from mendsim.common.targets import load_targets


def targets() -> str:
    """Table of every target, after a count of what became of looking them up."""
    found = load_targets().values()
    checked = Counter(target.checked for target in found)
    counted = ", ".join(f"{number} {word}" for word, number in checked.most_common())
    rows = (
        [
            each.id, each.mechanism, plain(each.quantity), plain(each.condition), plain(each.said), plain(each.unit),
            plain(each.source), each.checked,
        ]
        for each in found
    )  # fmt: skip
    head = ["id", "row", "quantity", "condition", "value", "unit", "source", "looked up"]
    return f"{len(found)} targets: {counted}.\n\n{sourced(head, rows)}"


def misses() -> str:
    """Say of every target why it is missed or not modelled, as far as it is known."""
    found = [(each.target, each.missed_because or each.absent_because) for each in questions().values()]
    rows = (
        [each.id, plain(each.quantity), plain(f"{each.said} {each.unit}"), plain(why)] for each, why in found if why
    )
    return table(["target", "quantity", "published", "why it is missed, or not modelled"], rows)
