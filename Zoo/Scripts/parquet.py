"""Streams the rows of Parquet files of images to `zoo data import`, and writes tables of `zoo predict`. Needs pyarrow alone.

    python3 parquet.py PATH IMAGE_COLUMN
    python3 parquet.py --write TABLE.csv TABLE.parquet
    python3 parquet.py --check

PATH is a file or a folder. On standard output, numbers little-endian: a line of JSON that says what the set is; for
each row a line of JSON and as many bytes as it says, the pixels as 32-bit floats with the last axis fastest; a line with
the number of rows. Errors are one line on standard error: status 3 without pyarrow, 4 about the files.
"""

import json
import os
import sys


def fail(text, status=4):
    sys.stderr.write(" ".join(str(text).split())[:500] + "\n")
    sys.stderr.flush()
    os._exit(status)


try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
except ImportError:
    fail("there is no module pyarrow", 3)

SUBSETS = {"train": "train", "test": "test", "validation": "validation", "val": "validation", "valid": "validation"}


def files(path):
    if os.path.isfile(path):
        return os.path.dirname(path) or ".", [os.path.basename(path)]
    found = []
    for folder, folders, names in os.walk(path):
        folders.sort()
        # Opening a pipe would wait for its writer for ever.
        paths = (os.path.join(folder, n) for n in names if n.endswith(".parquet"))
        found += [os.path.relpath(p, path) for p in paths if os.path.isfile(p)]
    if not found:
        fail(f"{path}: there is no .parquet file")
    return path, sorted(found)


def depth(kind):
    levels = 0
    while pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        kind = kind.value_type
        levels += 1
    return levels, kind


def storage(column):
    """A column without the extension type that `datasets` gives arrays."""
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def image_column(schema, wanted):
    if wanted:
        if wanted not in schema.names:
            fail(f"there is no column '{wanted}'; there are {', '.join(schema.names)}")
        return wanted
    nested = [f.name for f in schema if 2 <= depth(getattr(f.type, "storage_type", f.type))[0] <= 4]
    for name in ["image", "pixel_values", "pixels", "crop"]:
        if name in nested:
            return name
    if len(nested) != 1:
        fail(f"{len(nested)} columns hold nested lists of numbers: name that of the images; there are {', '.join(schema.names)}")
    return nested[0]


def features(schema):
    try:
        return json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError):
        return {}


def pixels(column, row):
    """The shape of a row's nested lists and its values as 32-bit floats."""
    part = storage(column).slice(row, 1)
    shape = []
    while depth(part.type)[0] > 0:
        if part.null_count:
            return None
        lengths = pc.list_value_length(part) if not pa.types.is_fixed_size_list(part.type) else None
        if lengths is None:
            shape.append(part.type.list_size)
        else:
            found = pc.unique(lengths).to_pylist()
            if len(found) != 1:
                return None
            shape.append(found[0])
        part = part.flatten()
    if part.null_count or not (pa.types.is_integer(part.type) or pa.types.is_floating(part.type)):
        return None
    part = part.cast(pa.float32(), safe=False)
    return shape, part.buffers()[1][4 * part.offset:4 * (part.offset + len(part))]


def plain(value):
    """A value as a table has it; None for what has no short text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, (int, str)):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return None


def subset(path):
    start = os.path.basename(path).split("-")[0].split(".")[0].lower()
    return SUBSETS.get(start, SUBSETS.get(os.path.basename(os.path.dirname(path)).lower(), ""))


def main(path, wanted):
    out = sys.stdout.buffer
    root, names = files(path)
    opened = [(name, pq.ParquetFile(os.path.join(root, name))) for name in names]
    schema = opened[0][1].schema_arrow
    image = image_column(schema, wanted)
    described = features(schema)
    label = described.get("label", {}) if isinstance(described.get("label"), dict) else {}
    classes = label.get("names") if label.get("_type") == "ClassLabel" else None

    def send(value, content=b""):
        out.write(json.dumps(value).encode() + b"\n")
        out.write(content)

    struct = schema.field("channels").type if "channels" in schema.names else None
    channels = [f.name for f in struct] if struct is not None and pa.types.is_struct(struct) else []
    send({"parquet": 1, "channels": channels, "files": names, "rows": sum(f.metadata.num_rows for _, f in opened), "image": image,
          "columns": [n for n in schema.names if n != image], "classes": classes or []})
    rows = 0
    for name, file in opened:
        if image not in file.schema_arrow.names:
            fail(f"{name}: there is no column '{image}', which {names[0]} has")
        place = 0
        for batch in file.iter_batches(batch_size=32):
            others = {n: batch.column(n) for n in batch.schema.names if n != image}
            for row in range(batch.num_rows):
                found = pixels(batch.column(image), row)
                if found is None:
                    fail(f"{name}: row {place + 1}: '{image}' is no regular array of numbers")
                record = {"file": name, "row": place, "subset": subset(name), "shape": found[0], "bytes": len(found[1]),
                          "values": {}}
                for other, column in others.items():
                    value = column[row].as_py()
                    if other == "channels" and isinstance(value, dict):
                        record["channels"] = {k: v for k, v in value.items() if v is not None}
                    elif other == "label" and classes and isinstance(value, int) and 0 <= value < len(classes):
                        record["values"][other] = classes[value]
                    elif plain(value) is not None:
                        record["values"][other] = plain(value)
                send(record, found[1])
                place += 1
                rows += 1
    send({"end": rows})
    out.flush()


NUMBERS = {"x", "y", "time", "score"}


def write(table, result):
    """A CSV table of predictions as Parquet, some thousand rows at a time."""
    import csv

    import pyarrow.csv as reader

    with open(table, newline="", encoding="utf-8") as file:
        names = next(csv.reader(file))
    types = {name: pa.float64() if name in NUMBERS or name.startswith("p_") else pa.string() for name in names}
    types.update({name: kind for name, kind in (("frame", pa.int64()), ("uncertain", pa.bool_())) if name in types})
    # A class is called what it is called, be it NA.
    conversion = reader.ConvertOptions(column_types=types, strings_can_be_null=False)
    rows = reader.open_csv(table, parse_options=reader.ParseOptions(newlines_in_values=True), convert_options=conversion)
    with pq.ParquetWriter(result, rows.schema) as file:
        for batch in rows:
            file.write_batch(batch)


try:
    if sys.argv[1] == "--check":
        sys.exit(0)
    if sys.argv[1] == "--write":
        write(*sys.argv[2:])
        sys.exit(0)
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
except BrokenPipeError:
    os._exit(1)
except Exception as error:
    fail(f"{type(error).__name__}: {error}")
