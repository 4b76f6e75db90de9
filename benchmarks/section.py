"""Time and memory of a whole run, a section of skin under three laser sessions, on one thread and on two.

Prints steps per second, nanoseconds for each site and for each agent in one step, the share of every stage of the
schedule, and the largest memory of the process. Both runs must have the same content. Compiled code is made or loaded
before the clock starts.

Run ``python benchmarks/section.py [SCENARIO] [DAYS]``; DAYS replaces the follow-up of the scenario.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from mendsim import scenarios
from mendsim.abm.model import SCHEDULE, HealingModel


def timed(model: HealingModel) -> dict[str, float]:
    """Let every stage of a model add the seconds it takes to the dictionary that is returned."""
    seconds = dict.fromkeys((name for name, _ in SCHEDULE), 0.0)

    def clock(name: str) -> None:
        stage = getattr(model, f"_{name}")

        def run() -> None:
            began = time.perf_counter()
            stage()
            seconds[name] += time.perf_counter() - began

        setattr(model, f"_{name}", run)

    for name in seconds:
        clock(name)
    return seconds


def warm_up(name: str) -> None:
    """Compile what a run needs: every event of the scenario at once, then a day."""
    scenario = scenarios.load(name)
    events = {f"events.{number}.at": "0 d" for number in range(len(scenario.events))}
    short = scenario.with_values({**events, "follow_up": "1 d", "save.snapshots": ["1 d"]})
    with tempfile.TemporaryDirectory() as folder:
        scenarios.run(short, Path(folder) / "warm.zarr", threads=2)


def main() -> None:
    """Run the scenario on one thread and on two, and print what each took."""
    name = sys.argv[1] if len(sys.argv) > 1 else "acne_scar"
    scenario = scenarios.load(name)
    if len(sys.argv) > 2:
        scenario = scenario.with_values({"follow_up": f"{int(sys.argv[2])} d"})
    warm_up(name)
    walls, contents = [], []
    for threads in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            run = scenarios.run(scenario, Path(folder) / "run.zarr", threads=threads)
            walls.append(time.perf_counter() - began)
        contents.append(run.content_hash)
    model = scenarios.build_model(scenario)
    seconds = timed(model)
    steps = 480
    agents = len(model.agents)
    began = time.perf_counter()
    for _ in range(steps):
        model.step()
    each = (time.perf_counter() - began) / steps
    sites = model.tissue.code.size
    model.close()
    print(f"{scenario.name}: {scenario.steps} steps of {scenario.step_h:g} h, {sites} sites, {agents} agents")
    for threads, wall in zip((1, 2), walls, strict=True):
        per_step = wall / scenario.steps
        print(
            f"  {threads} thread{'s' if threads > 1 else ' '}: {wall:6.1f} s with laser and store, "
            f"{1.0 / per_step:5.0f} steps/s, {1e9 * per_step / sites:5.0f} ns per site and step, "
            f"{1e9 * per_step / agents:6.0f} ns per agent and step"
        )
    print(f"  two threads against one: {walls[0] / walls[1]:.2f} times as fast")
    print(f"  same content: {contents[0] == contents[1]}")
    print(f"  largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(f"  untouched skin, one thread: {1e3 * each:.2f} ms per step, of which")
    for stage, meaning in SCHEDULE:
        print(f"    {100.0 * seconds[stage] / sum(seconds.values()):5.1f} %  {stage}: {meaning}")


if __name__ == "__main__":
    main()
