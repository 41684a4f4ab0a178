"""Makes the images that the readers are tested with; needs numpy, Pillow and tifffile.

    python make_fixtures.py

Every image but the resized ones follows one formula, which the tests repeat (see `pattern`).
"""

import os
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image

os.chdir(os.path.dirname(os.path.abspath(__file__)))
WIDTH, HEIGHT = 13, 11


def pattern(channels, bits, page=0):
    y, x, c = np.meshgrid(np.arange(HEIGHT), np.arange(WIDTH), np.arange(channels), indexing="ij")
    return (x * 3701 + y * 10103 + c * 5903 + page * 907) % (1 << bits)


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def pack(rows, bits):
    """Rows of samples to rows of bytes."""
    if bits == 16:
        return [row.astype(">u2").tobytes() for row in rows]
    if bits == 8:
        return [row.astype("u1").tobytes() for row in rows]
    return [np.packbits(np.unpackbits(row.astype("u1")[:, None], axis=1)[:, 8 - bits:].ravel()).tobytes() for row in rows]


def filtered(rows, pixel):
    """Each row by the next of the five filters."""
    out, above = b"", bytes(len(rows[0]))
    for number, row in enumerate(rows):
        kind = number % 5
        line = bytearray()
        for i, value in enumerate(row):
            a = row[i - pixel] if i >= pixel else 0
            b, c = above[i], above[i - pixel] if i >= pixel else 0
            p = a + b - c
            near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line.append((value - (0, a, b, (a + b) // 2, near)[kind]) % 256)
        out += bytes([kind]) + bytes(line)
        above = row
    return out


def png(name, colour, bits, interlaced=False, extra=b"", palette=None):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    samples = pattern(channels, bits)
    if palette is not None:
        samples %= len(palette)
    pixel = max(1, channels * bits // 8)
    grid = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    data = b""
    for x, y, step_x, step_y in grid if interlaced else [(0, 0, 1, 1)]:
        part = samples[y::step_y, x::step_x].reshape(-1, samples[0, x::step_x].size)
        if part.size:
            data += filtered(pack(part, bits), pixel)
    stored = zlib.compress(data)
    content = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, colour, 0, 0, int(interlaced)))
    content += extra
    if palette is not None:
        content += chunk(b"PLTE", bytes(sum(palette, ())))
        content += chunk(b"tRNS", bytes([0, 128]))
    half = len(stored) // 2
    content += chunk(b"IDAT", stored[:half]) + chunk(b"IDAT", stored[half:]) + chunk(b"IEND", b"")
    with open(name, "wb") as file:
        file.write(content)
    # Pillow is the judge of what it can read without loss.
    if bits == 8 and colour in (0, 2, 4, 6) or bits == 16 and colour == 0:
        read = np.asarray(Image.open(name)).reshape(samples.shape)
        assert (read == samples).all(), name


png("gray1.png", 0, 1)
png("gray4.png", 0, 4)
png("gray8.png", 0, 8)
png("gray8-interlaced.png", 0, 8, interlaced=True)
png("gray16.png", 0, 16)
# Gamma must not touch the samples.
png("gray16-gamma-interlaced.png", 0, 16, interlaced=True, extra=chunk(b"gAMA", struct.pack(">I", 45455)))
png("gray2-interlaced.png", 0, 2, interlaced=True)
png("grayalpha8.png", 4, 8)
png("rgb8.png", 2, 8)
png("rgb16-interlaced.png", 2, 16, interlaced=True)
png("rgba16.png", 6, 16)
png("palette4.png", 3, 4, palette=[(10 * i, 255 - i, 3 * i) for i in range(12)])

gray8, gray16 = pattern(1, 8)[..., 0].astype("u1"), pattern(1, 16)[..., 0].astype("u2")
rgb16 = pattern(3, 16).astype("u2")
# Pillow writes by libtiff.
Image.fromarray(gray8).save("gray8-lzw.tif", compression="tiff_lzw")
Image.fromarray(gray8).save("gray8-packbits.tif", compression="packbits")
tifffile.imwrite("gray16-big-endian.tif", gray16, byteorder=">", photometric="minisblack", metadata=None)
tifffile.imwrite("gray16-deflate.tif", gray16, compression="zlib", predictor=2, rowsperstrip=3, metadata=None)
tifffile.imwrite("int16.tif", gray16.view("i2"), photometric="minisblack", metadata=None)
tifffile.imwrite("float32.tif", gray16.astype("f4") / 256 - 7, photometric="minisblack", metadata=None)
tifffile.imwrite("rgb16-contiguous.tif", rgb16, photometric="rgb", metadata=None)
tifffile.imwrite(
    "rgb16-planar-tiled-big.tif", np.moveaxis(rgb16, 2, 0), photometric="rgb", planarconfig="separate", tile=(16, 16),
    bigtiff=True, compression="zlib", metadata=None)
pages = np.stack([pattern(1, 16, page)[..., 0] for page in range(6)]).astype("u2")
tifffile.imwrite("pages.tif", pages, photometric="minisblack", metadata=None)
tifffile.imwrite("imagej-3times-2channels.tif", pages.reshape(3, 2, HEIGHT, WIDTH), imagej=True, metadata={"axes": "TCYX"})
tifffile.imwrite(
    "ome-2channels-3times.ome.tif", pages.reshape(2, 3, HEIGHT, WIDTH), photometric="minisblack",
    metadata={"axes": "CTYX", "Channel": {"Name": ["DNA", "BF & more"]}})

source = pattern(1, 16)[..., 0].astype("f4")
np.save("resize-source.npy", source)
for width, height in [(7, 5), (5, 29), (40, 30), (1, 1)]:
    resized = Image.fromarray(source, mode="F").resize((width, height), Image.Resampling.BILINEAR)
    np.save(f"resize-{width}x{height}.npy", np.asarray(resized))

np.save("fortran.npy", np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)))
np.save("big-endian.npy", np.array([[1, -2, 300000]], dtype=">i4"))
np.save("scalar.npy", np.array(2.5))
np.save("flags.npy", np.array([True, False, True]))
