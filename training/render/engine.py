"""The renderer: the only file that uses Mitsuba and its denoiser, both loaded on first use.

Measured and decided (scalar_rgb, 320 px, one core): the `aov` integrator takes about 15 times as long per
sample as a path, so that points come from the `depth` integrator. The denoiser's albedo comes from a scene whose
surfaces emit it and whose paths stop at the first hit. Its rounding depends on its thread count, hence one thread
a process. Prints are `blendbsdf`, since `mask` leaves noisy patches. Area lights shine to one side only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.render.camera.view import Camera
from training.render.geometry.material import Decal, Material, Paint, Part, Rgb, Texture, albedo
from training.render.geometry.surface import Floats, Surface
from training.render.scene.indoor_light import IndoorLight
from vision.errors import MissingExtra

_MAX_BOUNCES = 4
_GUIDE_SAMPLES = 2
_BRIGHTEST = 60.0  # radiance; lamps reach 45, and a rare stray path more


class Engine:
    """Mitsuba on one thread of this process."""

    def __init__(self) -> None:
        """Load the renderer; MissingExtra when it is not installed."""
        require_renderer()
        self._mi: Any = import_module("mitsuba")  # by name: it is untyped at heart, and its stubs do not parse
        self._oidn: Any = import_module("mitsuba_oidn")
        self._mi.set_variant("scalar_rgb")
        self._mi.set_log_level(self._mi.LogLevel.Error)
        drjit: Any = import_module("drjit")
        drjit.set_thread_count(1)
        self._black: Any = self._load({"type": "diffuse", "reflectance": self._color((0.0, 0.0, 0.0))})

    def build_scene(self, parts: Sequence[Part], light: IndoorLight | None = None) -> Any:
        """Give a scene of these parts, in the light where one is given."""
        scene: dict[str, Any] = {"type": "scene"}
        coats: dict[int, Any] = {}
        for index, part in enumerate(parts):
            if id(part.material) not in coats:
                coats[id(part.material)] = self._load(self._coat(part.material))
            scene[f"part{index}"] = self._mesh(part.surface, coats[id(part.material)])
        if light is not None:
            scene["light"] = self._surroundings(light)
        return self._load(scene)

    def photograph(self, scene: Any, camera: Camera, size_px: int, samples: int, seed: int) -> Texture:
        """Give the radiance [size, size, 3] that the camera gathers, noisy."""
        path = self._load({"type": "path", "max_depth": _MAX_BOUNCES, "rr_depth": 3})
        return self._render(scene, path, camera, size_px, samples, seed)

    def distances(self, scene: Any, camera: Camera, size_px: int) -> Floats:
        """Give the distance to the first surface through each pixel's centre [size, size], in cm; 0 is none."""
        pinhole = {"aperture_radius": 1e-4, "sampler": {"type": "stratified", "sample_count": 1, "jitter": False}}
        sensor = self._load({**self._sensor(camera, size_px, 1), **pinhole})
        picture = self._mi.render(scene, integrator=self._load({"type": "depth"}), sensor=sensor, spp=1, seed=1)
        distance: Floats = np.asarray(picture, np.float64)[..., 0]
        return distance

    def albedo(self, parts: Sequence[Part], camera: Camera, size_px: int) -> Texture:
        """Give the reflectance [size, size, 3] of what the camera sees, which guides the denoiser."""
        scene: dict[str, Any] = {"type": "scene"}
        for index, part in enumerate(parts):
            if part.guided:
                color = albedo(part.material)
                surface = _facing(part.surface, camera, textured=not isinstance(color, tuple))
                radiance = self._color(color) if isinstance(color, tuple) else self._texture(color)
                scene[f"part{index}"] = self._mesh(
                    surface, self._black, self._load({"type": "area", "radiance": radiance})
                )
        first_hit = self._load({"type": "path", "max_depth": 1})
        picture = self._render(self._load(scene), first_hit, camera, size_px, _GUIDE_SAMPLES, seed=2)
        return np.clip(picture, 0, 1)

    def denoise(self, radiance: Texture, guide: Texture) -> Texture:
        """Give the radiance without noise; both are [H, W, 3]."""
        clean = self._oidn.denoise(radiance, guide, hdr=True, quality=self._oidn.Quality.Fast)
        return np.asarray(clean, np.float32)

    def _render(self, scene: Any, integrator: Any, camera: Camera, size_px: int, samples: int, seed: int) -> Texture:
        sensor = self._load(self._sensor(camera, size_px, samples))
        picture = self._mi.render(scene, integrator=integrator, sensor=sensor, spp=samples, seed=seed)
        values = np.ascontiguousarray(np.asarray(picture, np.float32)[..., :3])
        return np.clip(np.nan_to_num(values), 0, _BRIGHTEST)

    def _load(self, description: dict[str, Any]) -> Any:
        return self._mi.load_dict(description)

    def _mesh(self, surface: Surface, coat: Any, emitter: Any = None) -> Any:
        properties = self._mi.Properties()
        properties["bsdf"] = coat
        if emitter is not None:
            properties["emitter"] = emitter
        mesh = self._mi.Mesh(
            "part",
            len(surface.vertices),
            len(surface.faces),
            has_vertex_normals=True,
            has_vertex_texcoords=True,
            props=properties,
        )
        values = self._mi.traverse(mesh)
        values["vertex_positions"] = _flat(surface.vertices, np.float32)
        values["vertex_texcoords"] = _flat(surface.uv, np.float32)
        values["faces"] = _flat(surface.faces, np.uint32)
        values.update()
        return mesh

    def _coat(self, material: Material) -> dict[str, Any]:
        """Give the material's description; every coat works from both sides."""
        if isinstance(material, Paint):
            return {"type": "twosided", "coat": self._paint(material)}
        if isinstance(material, Decal):
            layers = {"under": self._paint(material.under), "over": self._paint(material.over)}
            return {
                "type": "twosided",
                "coat": {"type": "blendbsdf", "weight": self._texture(material.weight), **layers},
            }
        return {"type": "mask", "opacity": self._texture(material.opacity), "coat": self._coat(material.paint)}

    def _paint(self, paint: Paint) -> dict[str, Any]:
        color = self._color(paint.color) if isinstance(paint.color, tuple) else self._texture(paint.color)
        if paint.matte:
            return {"type": "diffuse", "reflectance": color}
        shine = {"roughness": paint.roughness, "metallic": paint.metallic, "specular": paint.specular}
        return {"type": "principled", "base_color": color, **shine}

    def _color(self, color: Rgb) -> dict[str, Any]:
        return {"type": "rgb", "value": list(color)}

    def _texture(self, picture: Texture) -> dict[str, Any]:
        values = np.ascontiguousarray(picture if picture.ndim == 3 else picture[..., None], np.float32)
        return {"type": "bitmap", "bitmap": self._mi.Bitmap(values), "raw": True, "wrap_mode": "repeat"}

    def _surroundings(self, light: IndoorLight) -> dict[str, Any]:
        transform = self._mi.ScalarTransform4f().rotate([0, 0, 1], light.turn_deg).rotate([1, 0, 0], 90)
        return {"type": "envmap", "bitmap": self._mi.Bitmap(light.picture), "to_world": transform}

    def _sensor(self, camera: Camera, size_px: int, samples: int) -> dict[str, Any]:
        return {
            "type": "thinlens",
            "fov": camera.field_of_view_deg,
            "to_world": self._mi.ScalarTransform4f(camera.pose),
            "aperture_radius": camera.aperture_cm,
            "focus_distance": camera.focus_cm,
            "film": {
                "type": "hdrfilm",
                "width": size_px,
                "height": size_px,
                "rfilter": {"type": "box"},
                "pixel_format": "rgb",
                "component_format": "float32",
            },
            "sampler": {"type": "independent", "sample_count": samples},
        }


def require_renderer() -> None:
    """Raise MissingExtra when Mitsuba or its denoiser is not installed; loads neither."""
    for module in ("mitsuba", "mitsuba_oidn"):
        if find_spec(module) is None:
            raise MissingExtra(
                f"needs {module}, which is not installed; install touchstone[render]: in a clone of the repository, "
                'pip install ".[render]"'
            )


@cache
def engine() -> Engine:
    """Give this process's engine."""
    return Engine()


def _facing(surface: Surface, camera: Camera, *, textured: bool) -> Surface:
    """Turn the surface's bright side: pictures towards the camera, everything else outwards."""
    corners = surface.vertices[surface.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    centres = corners.mean(1)
    wanted = camera.origin - centres if textured else centres - surface.vertices.mean(0)
    if (normals * wanted).sum() >= 0:
        return surface
    return Surface(vertices=surface.vertices, faces=surface.faces[:, ::-1], uv=surface.uv)


def _flat(values: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    return np.ascontiguousarray(values, kind).ravel()
