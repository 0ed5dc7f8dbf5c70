"""Pictures: where one is, its bytes as an RGB image, and finding those that rows name."""

from __future__ import annotations

import io
import os
import stat
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from hierhash.errors import DataError
from hierhash.storage.inside_folder import INSIDE, REMEDY, Inside, is_below
from hierhash.storage.zip_archives import open_archive, read_member

if TYPE_CHECKING:
    from PIL import Image


DEFAULT_MAX_PIXELS = 64_000_000
"""Pictures above 64 megapixels are refused by default: a small file can unpack to gigabytes."""
# Our own limit is stricter and is an error that names the file; PIL's warning would only repeat it.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


# Archives stay open between members; threads that decode pictures take turns at them.
_ONE_READER = threading.Lock()
LARGEST_FILE = 512 * 1024 * 1024
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")


def _opened(content: bytes, name: str, max_pixels: int) -> Image.Image:
    if not content:
        raise DataError(f"{name}: the image file is empty; replace it")
    try:
        image = Image.open(io.BytesIO(content))
    except Image.DecompressionBombError:
        raise DataError(
            f"{name}: the image is larger than {max_pixels:,} pixels, the limit; scale it down"
        ) from None
    except Exception:
        # PIL's own message names a memory address, which helps nobody.
        raise DataError(
            f"{name}: not a picture that can be read (unknown format); replace it"
        ) from None
    width, height = image.size
    if width * height > max_pixels:
        raise DataError(
            f"{name}: the image has {width} x {height} pixels, more than the limit of "
            f"{max_pixels:,}; scale it down or raise the limit"
        )
    return image


def decode(content: bytes, name: str, max_pixels: int = DEFAULT_MAX_PIXELS) -> Image.Image:
    """Decode a picture.

    Args:
        content: The bytes of the file.
        name: How errors name it.
        max_pixels: Refuse larger pictures, from the header, before anything is unpacked.

    Returns:
        An RGB image; transparent parts are white; turned as its EXIF orientation says.

    Raises:
        DataError: Empty, not a picture, cut short, or too large.

    Example:
        >>> buffer = io.BytesIO()
        >>> Image.new("RGBA", (2, 1), (255, 0, 0, 0)).save(buffer, "PNG")
        >>> decode(buffer.getvalue(), "clear.png").getpixel((0, 0))
        (255, 255, 255)
    """
    image = _opened(content, name, max_pixels)
    try:
        return as_rgb(image)
    except Exception as error:  # decoders raise many kinds: OSError, SyntaxError, struct.error...
        raise DataError(f"{name}: the image is damaged ({error}); replace it") from None


def as_rgb(image: Image.Image) -> Image.Image:
    """An opened picture as every backbone reads it: RGB, on white paper, turned upright."""
    if "exif" in image.info:
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        # 16-bit grey: PIL would clip at 255 instead of scaling.
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    if "A" not in image.mode and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer).convert("RGB")


def image_size(content: bytes, name: str, max_pixels: int = DEFAULT_MAX_PIXELS) -> tuple[int, int]:
    """Width and height from the header alone.

    Raises:
        DataError: Empty, not a picture, or too large.
    """
    return _opened(content, name, max_pixels).size


@dataclass(frozen=True, slots=True)
class ImageRef:
    """Where a picture is: a file, a member of a zip archive, or a row of an array in a .mat file.

    Attributes:
        path: The file or the archive.
        member: None for a plain file; the member's name in a zip; ``FIELD/ROW`` in a .mat file.
        root: The real folder that the file must lie in when it is read, all links resolved; None
            for a file that the user named.
    """

    path: Path
    member: str | None = None
    root: str | None = None

    def read(self) -> bytes:
        """The bytes of the picture file (a .mat row comes as a BMP file).

        Raises:
            DataError: The file or the member is missing, leads out or cannot be read.
        """
        if self.root is not None and not is_below(os.path.realpath(self.path), self.root):
            raise DataError(f"{self.path}: leads out of the catalogue; {REMEDY}")
        if self.member is not None:
            with _ONE_READER:
                if self.path.suffix.lower() == ".mat":
                    from hierhash.storage.mat_files import pixel_row

                    return pixel_row(self.path, self.member)
                return read_member(self.path, self.member)
        try:
            known = self.path.stat()
            # A device or a pipe may never end.
            if not stat.S_ISREG(known.st_mode) and not stat.S_ISDIR(known.st_mode):
                raise DataError(f"{self.path}: not a file; give the file of a picture")
            if known.st_size > LARGEST_FILE:
                raise DataError(
                    f"{self.path}: {known.st_size:,} bytes, more than the limit of "
                    f"{LARGEST_FILE:,}; scale the picture down"
                )
            return self.path.read_bytes()
        except OSError as error:
            raise DataError(
                f"{self.path}: cannot read the image ({error.strerror}); check the path"
            ) from None

    def open(self, max_pixels: int = DEFAULT_MAX_PIXELS) -> Image.Image:
        """The decoded picture: RGB, on white, upright.

        Raises:
            DataError: Missing, not a picture, damaged, or above ``max_pixels``.
        """
        return decode(self.read(), str(self), max_pixels)

    def shown(self, max_side: int = 160) -> bytes:
        """A small copy as a JPEG file, for reports: always a picture, whatever the file is.

        Args:
            max_side: Its longer side in pixels, at most.

        Raises:
            DataError: As for :meth:`open`.
        """
        picture = self.open()
        picture.thumbnail((max_side, max_side))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=85)
        return buffer.getvalue()

    @staticmethod
    def named(place: str) -> ImageRef:
        """The picture that ``str`` named so: a file, or ``ARCHIVE::MEMBER``.

        Example:
            >>> str(ImageRef.named("shop.zip::a.jpg")), ImageRef.named("b.jpg").member
            ('shop.zip::a.jpg', None)
        """
        path, _, member = place.partition("::")
        return ImageRef(Path(path), member or None)

    def __str__(self) -> str:
        """How messages name the picture."""
        return str(self.path) if self.member is None else f"{self.path}::{self.member}"


class Pictures:
    """A folder of pictures or a zip archive of them.

    Args:
        root: The folder or the archive.
        links: ``inside``: what leads out of the folder is not found; ``follow``: it is.

    Raises:
        DataError: ``root`` is neither.
    """

    def __init__(self, root: Path, links: str = INSIDE) -> None:
        self.root = root
        self._inside = Inside(root, links)
        self._members: frozenset[str] | None = None
        if root.is_file():
            self._members = frozenset(open_archive(root).namelist())
        elif not root.is_dir():
            raise DataError(f"{root}: no such folder or zip archive of images; check the path")

    def find(self, name: str) -> ImageRef | str:
        """The picture of that name, or why there is none."""
        missing = f"image '{name}' does not exist in {self.root}"
        if self._members is not None:
            return ImageRef(self.root, name) if name in self._members else missing
        if "\0" in name:
            return f"image {name!r} is no name of a file"
        path = self.root / name
        if not self._inside.holds(path):
            return f"image '{name}' leads out of the catalogue {self.root}; {REMEDY}"
        # os.path.isfile says False also for names that are too long or hold odd characters.
        return ImageRef(path, root=self._inside.bound) if os.path.isfile(path) else missing
