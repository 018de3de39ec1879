"""Renders the templates: self-contained pages, in light and dark, that load nothing."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from training.html.wording import interval, number, percent, percents


def render_page(template: str, **values: object) -> str:
    """The page as HTML. Everything is escaped, except values that are Markup (graphs)."""
    css = Markup((files("training.html") / "templates" / "page.css").read_text(encoding="utf-8"))
    return _environment().get_template(template).render(css=css, **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("training.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, percent=percent, interval=interval, percents=percents)
    environment.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    return environment
