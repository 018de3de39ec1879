"""The renderer measures light and distance as geometry and physics have them, on scenes worked by hand."""

import sys

import numpy as np
import pytest

from training.render.camera.view import Camera
from training.render.engine import Engine, engine, require_renderer
from training.render.geometry.material import Decal, Material, Paint, Part, Perforated, Texture
from training.render.geometry.surface import Floats, surface_of, translation
from training.render.scene.indoor_light import IndoorLight
from vision.errors import MissingExtra

SIZE_PX = 16
HEIGHT_CM = 10.0
NEAR_CLIP_CM = 0.011  # Mitsuba starts its rays 0.01 cm in front of the lens centre
WHITE_LIGHT = IndoorLight(picture=np.ones((64, 128, 3), np.float32), turn_deg=0.0)
GREY = Paint(color=(0.5, 0.5, 0.5), matte=True)


@pytest.fixture(scope="module")
def renderer() -> Engine:
    return engine()


@pytest.fixture
def camera() -> Camera:
    """A camera that faces down from 10 cm above the origin, its picture's top towards +y."""
    pose = np.eye(4)
    pose[:3, :3] = np.array([[-1, 0, 0], [0, 1, 0], [0, 0, -1]]).T  # left, up, forward
    pose[2, 3] = HEIGHT_CM
    return Camera(pose=pose, target=np.zeros(3), field_of_view_deg=30.0, aperture_cm=1e-3, focus_cm=HEIGHT_CM)


def sheet(material: Material = GREY, *, half_cm: float = 50.0, at: Floats | None = None, guided: bool = True) -> Part:
    """A flat square about the origin, its texture from left to right and from +y down."""
    x, y = np.meshgrid([-half_cm, half_cm], [half_cm, -half_cm])
    surface = surface_of(np.stack([x, y, np.zeros_like(x)], -1))
    return Part(surface=surface if at is None else surface.moved(at), material=material, guided=guided)


def test_distances_are_those_of_the_rays_to_a_plane(renderer: Engine, camera: Camera) -> None:
    aside = translation(1, 0, 0)  # so that no ray meets the seam of the sheet's two triangles
    found = renderer.distances(renderer.build_scene([sheet(at=aside)]), camera, SIZE_PX)
    np.testing.assert_allclose(found, HEIGHT_CM / -camera.rays(SIZE_PX)[..., 2], atol=NEAR_CLIP_CM)


def test_the_nearest_part_is_measured_and_nothing_is_0(renderer: Engine, camera: Camera) -> None:
    step = sheet(half_cm=1.0, at=translation(1.0, 1.0, 4.0))  # covers x and y from 0 to 2 cm, 6 cm below the camera
    found = renderer.distances(renderer.build_scene([step]), camera, SIZE_PX)
    height_seen = found * -camera.rays(SIZE_PX)[..., 2]
    assert height_seen[5, 10] == pytest.approx(6.0, abs=NEAR_CLIP_CM)  # up and to the right of the middle
    assert (found[8:] == 0).all()
    assert (found[:, :8] == 0).all()


def test_the_guide_shows_each_surfaces_reflectance(renderer: Engine, camera: Camera) -> None:
    guide = renderer.albedo([sheet(Paint(color=(0.2, 0.4, 0.6)))], camera, SIZE_PX)
    np.testing.assert_allclose(guide, np.broadcast_to([0.2, 0.4, 0.6], guide.shape), atol=1e-5)


def test_the_guide_leaves_unguided_parts_out(renderer: Engine, camera: Camera) -> None:
    cover = sheet(Paint(color=(1.0, 0.0, 0.0)), at=translation(0, 0, 1), guided=False)
    guide = renderer.albedo([sheet(), cover], camera, SIZE_PX)
    np.testing.assert_allclose(guide, 0.5, atol=1e-5)


def left_half(shape: tuple[int, int] = (64, 64)) -> Texture:
    weight = np.zeros(shape, np.float32)
    weight[:, : shape[1] // 2] = 1
    return weight


@pytest.mark.parametrize(
    ("material", "left", "right"),
    [
        (Decal(under=GREY, over=Paint(color=(0.9, 0.0, 0.0)), weight=left_half()), [0.9, 0, 0], [0.5, 0.5, 0.5]),
        (Perforated(paint=GREY, opacity=left_half()), [0.5, 0.5, 0.5], [0, 0, 0]),
    ],
    ids=["print", "holes"],
)
def test_the_guide_shows_a_picture_the_right_way_round(
    renderer: Engine, camera: Camera, material: Material, left: list[float], right: list[float]
) -> None:
    guide = renderer.albedo([sheet(material, half_cm=3.0)], camera, SIZE_PX)
    np.testing.assert_allclose(guide[4:12, 3:7].mean((0, 1)), left, atol=0.01)
    np.testing.assert_allclose(guide[4:12, 9:13].mean((0, 1)), right, atol=0.01)


def test_a_matte_sheet_under_an_even_sky_reflects_its_share_of_the_light(renderer: Engine, camera: Camera) -> None:
    scene = renderer.build_scene([sheet(Paint(color=(0.2, 0.4, 0.6), matte=True))], WHITE_LIGHT)
    radiance = renderer.photograph(scene, camera, SIZE_PX, samples=16, seed=1)
    assert radiance.dtype == np.float32
    np.testing.assert_allclose(radiance.mean((0, 1)), [0.2, 0.4, 0.6], rtol=0.03)


def test_where_no_surface_is_the_light_itself_is_seen(renderer: Engine, camera: Camera) -> None:
    radiance = renderer.photograph(renderer.build_scene([], WHITE_LIGHT), camera, SIZE_PX, samples=1, seed=1)
    np.testing.assert_allclose(radiance, 1, rtol=1e-3)


@pytest.mark.parametrize(
    ("material", "color"),
    [
        (
            Decal(under=GREY, over=Paint(color=(0.8, 0.2, 0.2), matte=True), weight=np.ones((4, 4), np.float32)),
            [0.8, 0.2, 0.2],
        ),
        (
            Decal(under=GREY, over=Paint(color=(0.8, 0.2, 0.2), matte=True), weight=np.zeros((4, 4), np.float32)),
            [0.5, 0.5, 0.5],
        ),
        (Perforated(paint=GREY, opacity=np.zeros((4, 4), np.float32)), [1, 1, 1]),
    ],
    ids=["covered by a print", "beside a print", "a hole"],
)
def test_a_photo_shows_what_a_material_covers(
    renderer: Engine, camera: Camera, material: Material, color: list[float]
) -> None:
    scene = renderer.build_scene([sheet(material)], WHITE_LIGHT)
    radiance = renderer.photograph(scene, camera, SIZE_PX, samples=16, seed=1)
    np.testing.assert_allclose(radiance.mean((0, 1)), color, rtol=0.05)


def test_the_same_seed_gives_the_same_noise_and_another_seed_another(renderer: Engine, camera: Camera) -> None:
    scene = renderer.build_scene([sheet()], WHITE_LIGHT)
    first, again, other = (renderer.photograph(scene, camera, SIZE_PX, samples=1, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_the_denoiser_removes_noise_and_keeps_the_light(renderer: Engine) -> None:
    guide = np.full((64, 64, 3), 0.5, np.float32)
    noise = np.random.default_rng(0).uniform(-0.25, 0.25, guide.shape).astype(np.float32)
    clean = renderer.denoise(guide + noise, guide)
    assert clean.std() < 0.2 * noise.std()
    assert clean.mean() == pytest.approx(0.5, abs=0.02)


def test_a_process_has_one_engine() -> None:
    assert engine() is engine()


@pytest.mark.parametrize("module", ["mitsuba", "mitsuba_oidn"])
def test_a_missing_renderer_is_refused_with_the_extra_to_install(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"needs {module}, .*touchstone\[render\]"):
        require_renderer()
