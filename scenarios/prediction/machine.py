"""What this machine has free: memory, within the limits of the container that the process runs in."""

from __future__ import annotations

from pathlib import Path

import psutil

_ROOT, _GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_LIMITS = (
    ("", ("memory.max", "memory.current")),
    ("memory", ("memory.limit_in_bytes", "memory.usage_in_bytes")),
)
"""Control groups of version 2, and of version 1, which has a tree for memory: limit, and what is in use [bytes]."""
_CACHES = ("inactive_file", "total_inactive_file")
"""Lines of ``memory.stat`` that say how much of what is in use are files read long ago, which give way."""


def available_bytes() -> int:
    """Memory that a new process can have without pushing out another [bytes]."""
    return min([int(psutil.virtual_memory().available), *_left_in_groups(_ROOT, _GROUPS)])


def _left_in_groups(root: Path, groups: Path) -> list[int]:
    """Read what each control group of this process, and each above it, leaves [bytes]; nothing where there is none."""
    left = []
    for line in _text(groups).splitlines():
        _, kinds, path = line.split(":", 2)
        for kind, names in _LIMITS:
            if kind not in kinds.split(","):
                continue
            place = root / kind
            # In a container the path of the group as the host sees it may not exist; the root is then the group itself.
            inner = Path(path.lstrip("/"))
            for group in (inner, *inner.parents):
                found = _left(place / group, *names)
                if found is not None:
                    left.append(found)
    return left


def _left(group: Path, limit: str, usage: str) -> int | None:
    most, used = _text(group / limit).strip(), _text(group / usage).strip()
    if not (most.isdecimal() and used.isdecimal()):
        return None  # no such group, or one without a limit
    rows = dict(line.split(" ", 1) for line in _text(group / "memory.stat").splitlines() if " " in line)
    caches = next((int(rows[name]) for name in _CACHES[::-1] if name in rows), 0)
    return max(0, int(most) - int(used) + caches)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
