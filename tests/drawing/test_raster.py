"""PNG and PDF: the right size, the same bytes, the same picture as that of a browser and of a PDF reader."""

import io
import os
import re
import shutil
import subprocess
import sys
import time

import matplotlib.image
import numpy as np
import pytest

from mvgraph.deferring import defer
from mvgraph.drawing import raster
from mvgraph.drawing.raster import pdf, png
from mvgraph.drawing.svg import svg
from mvgraph.drawing.themes import DARK, LIGHT, THEMES
from mvgraph.errors import UsageError

from .placements import SAMPLES

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
POPPLER = shutil.which("pdftoppm")
BROWSER = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
INCH = 72  # in points
PIXEL = 0.75  # of a browser, in points
NOISE = 0.18  # what two programs may differ in where a shape ends


def pixels(image):
    return matplotlib.image.imread(io.BytesIO(image))[..., :3]


def colour(text):
    return np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def at(image, x, y, points):
    """The colour at a place in points, in a picture that is `points` wide."""
    scale = image.shape[1] / points
    return image[int(y * scale), int(x * scale)]


@pytest.mark.parametrize("scale", [1, 2.5])
def test_a_png_has_the_size_of_the_picture(scale):
    placement = SAMPLES["mopoe"]
    height, width, _ = pixels(png(svg(placement), scale)).shape
    assert width == pytest.approx(placement.width * scale, abs=scale)
    assert height == pytest.approx(placement.height * scale, abs=scale)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES.keys())
def test_nodes_have_the_colours_of_the_theme(theme):
    placement = SAMPLES["kinds"]
    image = pixels(png(svg(placement, theme), 2))
    inside = {"latent": "paper", "observed": "shade", "condition": "shade", "discrete": "paper", "factor": "paper"}
    for name, what in inside.items():
        box = placement.nodes[name]
        found = at(image, box.x, box.top + box.height * 0.18, placement.width)
        assert found == pytest.approx(colour(getattr(theme, what)), abs=0.02), name
    pseudo = placement.nodes["pseudo"]
    halves = [at(image, pseudo.x + side, pseudo.top + 6, placement.width) for side in (-4, 4)]
    assert halves[0] == pytest.approx(colour(theme.shade), abs=0.02)
    assert halves[1] == pytest.approx(colour(theme.paper), abs=0.02)
    dot = placement.nodes["parameter"]
    assert at(image, dot.x, dot.y, placement.width) == pytest.approx(colour(theme.ink), abs=0.02)


def test_a_png_is_the_same_twice():
    assert png(svg(SAMPLES["kinds"])) == png(svg(SAMPLES["kinds"]))


def test_a_pdf_is_one_page_of_the_size_of_the_picture():
    placement = SAMPLES["mopoe"]
    file = pdf(svg(placement))
    boxes = re.findall(rb"/MediaBox \[ ([\d. ]+) \]", file)
    assert len(boxes) == len(re.findall(rb"/Type /Page\b", file)) == 1
    assert [float(n) for n in boxes[0].split()] == pytest.approx([0, 0, placement.width, placement.height])


def test_a_pdf_is_called_as_the_model():
    assert b"/Title (MoPoE)" in pdf(svg(SAMPLES["mopoe"]))


def test_a_pdf_is_drawn_in_vectors():
    file = pdf(svg(SAMPLES["kinds"], legend=True))
    assert b"/Subtype /Image" not in file


def test_a_pdf_is_the_same_at_any_time_and_in_every_process():
    code = "import sys; from mvgraph.drawing.raster import pdf; sys.stdout.buffer.write(pdf(sys.stdin.read()))"
    text = svg(SAMPLES["mopoe"])
    first = pdf(text)
    time.sleep(1.1)
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], input=text.encode(), env=environment, capture_output=True)
        assert done.stdout == first


@pytest.mark.parametrize(("make", "module"), [(png, "resvg"), (pdf, "svglib"), (pdf, "canvas"), (pdf, "render")])
def test_a_missing_package_is_named(monkeypatch, make, module):
    monkeypatch.setattr(raster, module, defer("no_such_module"))
    with pytest.raises(UsageError, match="pip install") as caught:
        make(svg(SAMPLES["mopoe"]))
    assert caught.value.problems[0].code == "MVG802"


def difference(a, b):
    """How much two pictures differ at most, once the edges of shapes are softened."""
    height, width = min(a.shape[0], b.shape[0]) // 4 * 4, min(a.shape[1], b.shape[1]) // 4 * 4
    coarse = [x[:height, :width].reshape(height // 4, 4, width // 4, 4, 3).mean((1, 3)) for x in (a, b)]
    return float(np.abs(coarse[0] - coarse[1]).max())


def test_pictures_that_differ_are_found_to_differ():
    text = svg(SAMPLES["mopoe"])
    whole, unlabelled = (pixels(png(t, 2)) for t in (text, re.sub('<path class="label".*?>', "", text, count=1)))
    assert difference(whole, unlabelled) > 2 * NOISE
    assert difference(whole, whole) == 0


@pytest.mark.skipif(not POPPLER, reason="pdftoppm of poppler is not installed")
@pytest.mark.parametrize("name", SAMPLES)
def test_a_pdf_shows_what_the_png_shows(tmp_path, name):
    text = svg(SAMPLES[name], DARK, legend=True)
    (tmp_path / "a.pdf").write_bytes(pdf(text))
    subprocess.run([POPPLER, "-r", str(2 * INCH), "-png", "-singlefile", "a.pdf", "a"], cwd=tmp_path, check=True)
    assert difference(pixels((tmp_path / "a.png").read_bytes()), pixels(png(text, 2))) < NOISE


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_a_browser_shows_what_the_png_shows(tmp_path, theme):
    text = svg(SAMPLES["kinds"], theme, legend=True)
    image = pixels(png(text, 2 / PIXEL))
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8><style>*{{margin:0}}</style>{text}")
    size = f"--window-size={image.shape[1] // 2},{image.shape[0] // 2}"
    command = [CHROMIUM, *BROWSER, f"--user-data-dir={tmp_path / 'profile'}", size, "--force-device-scale-factor=2"]
    shot = tmp_path / "shot.png"
    subprocess.run([*command, f"--screenshot={shot}", "page.html"], cwd=tmp_path, check=True, capture_output=True)
    assert difference(pixels(shot.read_bytes()), image) < NOISE
