"""Bytes of a picture to an RGB image: size limit first, then turn upright, then put on white."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from hierhash.errors import DataError

DEFAULT_MAX_PIXELS = 64_000_000
"""Pictures above 64 megapixels are refused by default: a small file can unpack to gigabytes."""

# Our own limit is stricter and is an error that names the file; PIL's warning would only repeat it.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def _open(content: bytes, name: str, max_pixels: int) -> Image.Image:
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
    image = _open(content, name, max_pixels)
    try:
        if "exif" in image.info:
            image = ImageOps.exif_transpose(image)
        return _on_white(image)
    except Exception as error:  # decoders raise many kinds: OSError, SyntaxError, struct.error...
        raise DataError(f"{name}: the image is damaged ({error}); replace it") from None


def _on_white(image: Image.Image) -> Image.Image:
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
    return _open(content, name, max_pixels).size
