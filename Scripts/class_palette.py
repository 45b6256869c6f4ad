#!/usr/bin/env python3
"""Prints the colours of Sources/FoveaImage/Drawing/ClassPalette.swift: many that most people can tell apart.

    Scripts/class_palette.py    needs numpy

After the first, each is the one farthest from all before it, measured in CIELAB for the kind of sight for which the nearest
of them is nearest: of all three cones, or without red, green or blue ones (Machado, Oliveira and Fernandes 2009,
https://doi.org/10.1109/TVCG.2009.113, severity 1). Earlier ones are so the better, and the first few are good for everyone.
"""
import itertools

import numpy

COUNT = 48
FIRST = (30, 144, 255)
LIGHTNESS = (42, 92)
LEAST_CHROMA = 48

# From linear RGB to what is left of it.
SIGHTS = [
    numpy.eye(3),
    numpy.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    numpy.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    numpy.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
]
TO_XYZ = numpy.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def linear(rgb):
    c = numpy.asarray(rgb, float) / 255
    return numpy.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(light):
    xyz = light @ TO_XYZ.T / TO_XYZ.sum(1)
    f = numpy.where(xyz > 216 / 24389, numpy.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return numpy.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def main():
    steps = [*range(0, 256, 15)]
    rgb = numpy.array([FIRST, *itertools.product(steps, repeat=3)])
    own = lab(linear(rgb))
    chroma = numpy.hypot(own[:, 1], own[:, 2])
    usable = (own[:, 0] >= LIGHTNESS[0]) & (own[:, 0] <= LIGHTNESS[1]) & (chroma >= LEAST_CHROMA)
    rgb = rgb[usable]
    seen = [lab(numpy.clip(linear(rgb) @ sight.T, 0, 1)) for sight in SIGHTS]
    nearest = numpy.full(len(rgb), numpy.inf)
    chosen = 0
    for number in range(COUNT):
        red, green, blue = rgb[chosen]
        end = "\n" if number % 8 == 7 else " "
        print(f"0x{red:02X}_{green:02X}{blue:02X},", end=end)
        for view in seen:
            nearest = numpy.minimum(nearest, numpy.linalg.norm(view - view[chosen], axis=1))
        chosen = int(numpy.argmax(nearest))


if __name__ == "__main__":
    main()
