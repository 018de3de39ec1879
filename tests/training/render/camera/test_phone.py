"""The phone's exposure must not carry the product's brightness into the background."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from training.render.camera.phone import Exposure, Phone, develop, draw_exposure, draw_phone, meter_light

PHONE = Phone(white_balance=0.8, tint=(1, 1, 1), vignette=0.0, noise=0.001, sharpening_percent=0, jpeg_quality=85)
EXPOSURE = Exposure(stops=-0.4, tint=(1, 1, 1), blur_px=0.0, noise_seed=1)


def photo_of(product_reflectance: float, light: float = 1.0) -> np.ndarray:
    reflectance = np.full((64, 64, 3), 0.4, np.float32)
    product = np.zeros((64, 64), np.bool_)
    product[20:44, 20:44] = True
    reflectance[product] = product_reflectance
    metering = meter_light(reflectance * light, reflectance, product)
    jpeg = develop(reflectance * np.float32(light), np.ones(3) * light, metering, PHONE, EXPOSURE)
    return np.asarray(Image.open(io.BytesIO(jpeg)))


def test_a_brighter_product_does_not_darken_the_table() -> None:
    dark, bright = photo_of(0.03), photo_of(0.12)
    assert abs(float(dark[:12].mean()) - float(bright[:12].mean())) < 0.5
    assert bright[30, 30].mean() > dark[30, 30].mean() + 10


def test_a_darker_room_is_exposed_longer() -> None:
    assert abs(float(photo_of(0.05, light=1.0).mean()) - float(photo_of(0.05, light=0.1).mean())) < 6


def test_the_jpeg_has_the_phones_quality_and_the_pictures_size() -> None:
    picture = np.random.default_rng(0).random((48, 48, 3)).astype(np.float32)
    metering = meter_light(picture, np.ones_like(picture), np.zeros((48, 48), np.bool_))
    small, large = (
        develop(picture, np.ones(3), metering, replace(PHONE, jpeg_quality=quality), EXPOSURE) for quality in (60, 87)
    )
    assert len(small) < len(large)
    assert Image.open(io.BytesIO(small)).size == (48, 48)


def test_phones_and_exposures_stay_ordinary() -> None:
    rng = np.random.default_rng(0)
    for _ in range(500):
        phone, exposure = draw_phone(rng), draw_exposure(rng)
        assert 60 <= phone.jpeg_quality < 88
        assert 0 <= exposure.blur_px <= 1
        assert all(0.85 < channel < 1.18 for channel in (*phone.tint, *exposure.tint))
