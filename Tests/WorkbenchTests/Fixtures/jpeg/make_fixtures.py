"""Makes JPEG files and what Pillow, which is the judge, reads of them; needs numpy and Pillow.

    python make_fixtures.py
"""

import os

import numpy as np
from PIL import Image, ImageOps

os.chdir(os.path.dirname(os.path.abspath(__file__)))
y, x = np.mgrid[:11, :19]
gray = (x * 9 + y * 5).astype("u1")
colours = np.stack([x * 12, y * 20, (x + y) * 7], -1).astype("u1")


def write(name, pixels, orientation=None, **options):
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    Image.fromarray(pixels).save(f"{name}.jpg", exif=exif, quality=90, **options)
    ImageOps.exif_transpose(Image.open(f"{name}.jpg")).save(f"{name}.png")


for orientation in range(1, 9):
    write(f"turned-{orientation}", gray if orientation % 2 else colours, orientation, **({} if orientation % 2 else {"subsampling": 0}))
write("progressive", colours, progressive=True, subsampling=0)
write("gray", gray)
Image.fromarray(colours).convert("CMYK").save("cmyk.jpg")
