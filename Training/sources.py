"""Where training pictures come from: Debian's packages and PyPI's, and which of their files are held out.

Debian's are used where they are installed, or else fetched with `apt-get download` and unpacked into the cache; nothing needs
to be root. Only the rule decides what is held out, so that everybody holds out the same: `zlib.crc32(name) % 5 == 0` of the
file's name without its folder, in UTF-8.
"""

import os
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fovea" / "training"


@dataclass(frozen=True)
class Source:
    """A package, the folder of it with pictures, and what its copyright file says of them."""

    package: str
    folder: str
    licence: str

    def fetched(self) -> Path:
        """The folder, fetched if it isn't there."""
        installed = Path("/") / self.folder
        if installed.is_dir():
            return installed
        unpacked = CACHE / "packages" / self.package
        if not (unpacked / self.folder).is_dir():
            print(f"fetching {self.package}", flush=True)
            downloads = CACHE / "downloads"
            downloads.mkdir(parents=True, exist_ok=True)
            subprocess.run(["apt-get", "download", "-qq", self.package], cwd=downloads, check=True)
            (archive,) = downloads.glob(f"{self.package}_*.deb")
            # Whole or not at all.
            part = unpacked.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            subprocess.run(["dpkg-deb", "--extract", archive, part], check=True)
            part.rename(unpacked)
            archive.unlink()
        return unpacked / self.folder


STAMPS = Source("tuxpaint-stamps-default", "usr/share/tuxpaint/stamps", "GPL-2")
CLIPART = Source("openclipart-png", "usr/share/openclipart/png", "public domain")
BACKGROUNDS = [
    Source("gnome-backgrounds", "usr/share/backgrounds/gnome", "CC-BY-SA-3.0, GPL-2+"),
    Source("mate-backgrounds", "usr/share/backgrounds/mate", "GPL-2+, CC-BY-SA-4.0"),
    Source("plasma-workspace-wallpapers", "usr/share/wallpapers", "GPL-2+"),
    Source("ukui-wallpapers", "usr/share/backgrounds", "CC-BY-SA-3.0"),
    Source("lomiri-wallpapers-16.04", "usr/share/backgrounds", "CC-BY-4.0, CC-BY-SA-3.0, CC-BY-SA-4.0, CC0"),
    Source("lomiri-wallpapers-20.04", "usr/share/backgrounds", "CC-BY-SA-4.0, CC-BY-SA-3.0"),
]


def is_held_out(name: str) -> bool:
    return zlib.crc32(name.encode()) % 5 == 0
