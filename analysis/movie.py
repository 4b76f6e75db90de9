"""Writing frames as a GIF or an MP4."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mendsim.common.errors import InputError
from mendsim.scenarios.replace import written_whole

Frame = NDArray[np.uint8]

KINDS = ("gif", "mp4")
_COLOURS = 255
_MP4_FPS = 25


def pixels(figure: Figure, dpi: float) -> Frame:
    """Render a figure as red, green and blue, ``(rows, columns, 3)``, with even sides, as video wants them."""
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    image = np.asarray(canvas.buffer_rgba())[..., :3]
    rows, columns = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    return np.ascontiguousarray(image[:rows, :columns])


def check_kind(path: Path) -> None:
    """Refuse a file that cannot be written as a movie, before anything is drawn.

    Raises
    ------
    InputError
        If the name does not end in .gif or .mp4, or what writes MP4 is not installed.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise InputError("not a kind of movie", value=path.name, allowed="a name that ends in .gif or .mp4")
    if kind == "mp4":
        try:
            import imageio_ffmpeg  # noqa: F401
        except ImportError:
            raise InputError(
                "MP4 needs imageio-ffmpeg", file=path, allowed="gif, or mp4 after pip install imageio-ffmpeg"
            ) from None


def write_movie(frames: Iterator[Frame], path: Path, *, seconds_per_frame: float) -> int:
    """Write frames of one size as a movie, whole or not at all; return how many there were.

    Parameters
    ----------
    frames : red, green and blue, each ``(rows, columns, 3)``.
    path : where to; the ending says which kind.
    seconds_per_frame : for which each is seen.

    Raises
    ------
    InputError
        As `check_kind`.
    """
    check_kind(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write = _write_gif if path.suffix.lower() == ".gif" else _write_mp4
    return write(frames, path, seconds_per_frame)


def _write_gif(frames: Iterator[Frame], path: Path, seconds: float) -> int:
    from PIL import Image

    pictures: list[Any] = [
        Image.fromarray(frame).quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        for frame in frames
    ]
    with written_whole(path) as stream:
        pictures[0].save(
            stream,
            format="GIF",
            save_all=True,
            append_images=pictures[1:],
            duration=round(1000 * seconds),
            loop=0,
            disposal=1,
        )
    return len(pictures)


def _write_mp4(frames: Iterator[Frame], path: Path, seconds: float) -> int:
    import imageio_ffmpeg

    part = path.with_name(f".{path.stem}.partial-{uuid.uuid4().hex}.mp4")
    count, writer = 0, None
    try:
        for frame in frames:
            if writer is None:
                size = (frame.shape[1], frame.shape[0])
                writer = imageio_ffmpeg.write_frames(str(part), size, fps=_MP4_FPS, macro_block_size=2, quality=8)
                writer.send(None)
            for _ in range(max(1, round(seconds * _MP4_FPS))):
                writer.send(frame)
            count += 1
        if writer is not None:
            writer.close()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count
