"""Makes animated PNG files and the frames that Pillow, which is the judge, shows of them; needs numpy and Pillow.

    python make_fixtures.py
"""

import os

import numpy as np
from PIL import Image, ImageSequence

os.chdir(os.path.dirname(os.path.abspath(__file__)))
y, x = np.mgrid[:7, :9]
base = np.stack([x * 25, y * 30, (x + y) * 12], -1).astype("u1")
frames = []
for number in range(3):
    pixels = base.copy()
    # Only this rectangle is stored of the later frames.
    pixels[2:4, 1 + number : 4 + number] = 200 + number
    frames.append(Image.fromarray(pixels))
for disposal, name in enumerate(["keep", "clear", "restore"]):
    frames[0].save(f"{name}.png", save_all=True, append_images=frames[1:], duration=100, disposal=disposal)
    for number, frame in enumerate(ImageSequence.Iterator(Image.open(f"{name}.png"))):
        frame.convert("RGB").save(f"{name}-{number}.png")
