#!/usr/bin/env python3
"""Writes the OME-Zarr images of ZarrTests with zarr-python, numcodecs and ome-zarr.

    pip install zarr ome-zarr
    python3 Tests/WorkbenchTests/Fixtures/zarr/make_fixtures.py

A pixel is 1000 t + 100 c + 7 y + x (modulo 256 for 8 bits; in floats a quarter more).
"""
import os
import shutil

import numcodecs
import numpy as np
import zarr
from ome_zarr.format import FormatV04, FormatV05
from ome_zarr.writer import write_image, write_plate_metadata, write_well_metadata
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ShardingCodec, ZstdCodec

here = os.path.dirname(os.path.abspath(__file__))


def pixels(axes, shape, dtype):
    weights = {"t": 1000, "c": 100, "z": 0, "y": 7, "x": 1}
    grids = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    values = sum(weights[a] * g for a, g in zip(axes, grids))
    if np.dtype(dtype).itemsize == 1:
        values = values % 256
    if np.dtype(dtype).kind == "f":
        values = values + 0.25
    return values.astype(dtype)


def fresh(name):
    path = os.path.join(here, name)
    shutil.rmtree(path, ignore_errors=True)
    return path


def multiscales(axes, version, micrometres=None, labels=None):
    units = {"t": {"type": "time"}, "c": {"type": "channel"}}
    listed = [{"name": a, **units.get(a, {"type": "space", "unit": "micrometer"})} for a in axes]
    scale = [micrometres or 1.0 if a in "yx" else 1.0 for a in axes]
    document = {
        "multiscales": [{
            "version": version, "axes": listed,
            "datasets": [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}]}]
    }
    if labels:
        document["omero"] = {"channels": [{"label": name} for name in labels]}
    return document


def v2(name, axes, shape, chunks, dtype, compressor, separator, fill=0, leave_out=(), **kwargs):
    path = fresh(name)
    group = zarr.open_group(path, mode="w", zarr_format=2)
    array = group.create_array(
        "0", shape=shape, chunks=chunks, dtype=dtype, compressors=compressor, fill_value=fill,
        chunk_key_encoding={"name": "v2", "separator": separator})
    array[...] = pixels(axes, shape, dtype)
    group.attrs.update(multiscales(axes, "0.4", **kwargs))
    for chunk in leave_out:
        os.remove(os.path.join(path, "0", *chunk))


def v3(name, axes, shape, chunks, dtype, codecs, shards=None, fill=0, leave_out=(), **kwargs):
    path = fresh(name)
    group = zarr.open_group(path, mode="w", zarr_format=3)
    options = dict(shape=shape, dtype=dtype, fill_value=fill)
    if shards:
        sharding = ShardingCodec(chunk_shape=chunks, codecs=codecs, index_location=shards[1])
        array = zarr.create(store=os.path.join(path, "0"), zarr_format=3, chunk_shape=shards[0], codecs=[sharding], **options)
    else:
        array = zarr.create(store=os.path.join(path, "0"), zarr_format=3, chunk_shape=chunks, codecs=codecs, **options)
    array[...] = pixels(axes, shape, dtype)
    group.attrs.update({"ome": multiscales(axes, "0.5", **kwargs)})
    for chunk in leave_out:
        os.remove(os.path.join(path, "0", *chunk))


blosc = numcodecs.Blosc(cname="lz4", clevel=5, shuffle=numcodecs.Blosc.SHUFFLE)
v2("v04-blosc.zarr", "tczyx", (2, 2, 1, 10, 13), (1, 1, 1, 8, 8), "<u2", blosc, "/", micrometres=0.65, labels=["BF", "PI"])
v2("v04-big-endian.zarr", "yx", (10, 13), (10, 13), ">u2", None, ".")
v2("v04-zlib-fill.zarr", "tyx", (2, 10, 13), (1, 5, 13), "<f4", numcodecs.Zlib(), "/", fill=-3.5, leave_out=[("1", "1", "0")])
v2("v04-zstd-together.zarr", "cyx", (2, 10, 13), (2, 6, 6), "|u1", numcodecs.Zstd(), ".")
v3("v05-zstd.zarr", "tcyx", (2, 2, 10, 13), (1, 1, 10, 8), "uint16", [BytesCodec(), ZstdCodec()], labels=["BF", "PI"])
v3("v05-gzip-big-endian.zarr", "xyt", (13, 10, 2), (6, 6, 1), "int16", [BytesCodec(endian="big"), GzipCodec()])
v3(
    "v05-shards.zarr", "tcyx", (2, 2, 10, 13), (1, 1, 5, 5), "uint16",
    [BytesCodec(), BloscCodec(cname="zstd"), Crc32cCodec()], shards=((2, 1, 10, 15), "end"))
v3(
    "v05-shards-start.zarr", "yx", (10, 13), (5, 5), "float32", [BytesCodec(), ZstdCodec()],
    shards=((10, 15), "start"), fill="NaN")

# By the writer of OME's own.
for name, format, kwargs in [("plate-v04.zarr", FormatV04(), {}), ("plate-v05.zarr", FormatV05(), {})]:
    path = fresh(name)
    root = zarr.open_group(path, mode="w", zarr_format=format.zarr_format)
    write_plate_metadata(root, ["A", "B"], ["1", "2"], ["A/1", "B/2"], fmt=format)
    for place, well in enumerate(["A/1", "B/2"]):
        group = root.require_group(well)
        write_well_metadata(group, ["0"], fmt=format)
        image = group.require_group("0")
        write_image(
            pixels("tcyx", (2, 2, 10, 13), "uint16") + place, image, axes="tcyx", scaler=None, fmt=format,
            storage_options={"chunks": (2, 2, 10, 13)})
        # Only the full resolution is read.
        for level in ["s1", "s2", "s3", "s4"]:
            shutil.rmtree(os.path.join(path, well, "0", level), ignore_errors=True)
