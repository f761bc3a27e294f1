"""Put built pages beside those of other versions: ``python docs/versions.py docs/_build site v1.2.0``.

A tag's pages go to the folder of its version, and to ``latest`` unless a later version is there; those of a branch go
to ``development``. ``index.html`` lists them all.
"""

import shutil
import sys
from html import escape
from pathlib import Path

from packaging.version import InvalidVersion, Version

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>contribkit: documentation</title>
<h1>contribkit: documentation</h1>
<ul>
{}
</ul>
"""


def publish(built: Path, site: Path, ref: str) -> None:
    """Copy pages into a site below the name of their tag or branch, and list what the site holds."""
    version = _version(ref.removeprefix("v"))
    names = [str(version) if version else "development"]
    released = [one for path in site.glob("*/") if (one := _version(path.name)) and not one.is_prerelease]
    if version and not version.is_prerelease and version >= max(released, default=version):
        names.append("latest")
    for name in names:
        shutil.rmtree(site / name, ignore_errors=True)
        shutil.copytree(
            built, site / name, ignore=shutil.ignore_patterns(".doctrees", ".buildinfo*", "jupyter_execute")
        )
    (site / ".nojekyll").touch()  # GitHub would leave out folders such as _static
    (site / "index.html").write_text(PAGE.format("\n".join(_links(site))), encoding="utf-8")


def _links(site: Path) -> list[str]:
    folders = {path.name for path in site.glob("*/") if (path / "index.html").is_file()}
    released = sorted((name for name in folders if _version(name)), key=Version, reverse=True)
    names = [name for name in ("latest", *released, "development") if name in folders]
    return [f'<li><a href="{escape(name)}/">{escape(name)}</a></li>' for name in names]


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


if __name__ == "__main__":
    publish(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
