"""Settings: one table of name, default, meaning and group, which also prints the settings page.

In: the environment (``VITRINE_<NAME>``) and the overrides a person stored. Out: one frozen ``Settings``.
The environment wins over a stored override, which wins over the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vitrine.config.errors import UserError

Value = str | int | float | bool


@dataclass(frozen=True)
class Setting:
    """One setting; its type is that of its default. ``low`` and ``high`` bound numbers, ``one_of`` closes a list of words."""

    name: str
    default: Value
    about: str
    group: str
    low: float | None = None
    high: float | None = None
    one_of: tuple[str, ...] = ()

    def parse(self, raw: object) -> Value:
        """Turn text or a stored value into this setting's type; raises UserError with one sentence."""
        value: Value
        if isinstance(self.default, bool):
            words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
            found = words.get(str(raw).strip().lower())
            if found is None:
                raise UserError(f"Setting {self.name} wants yes or no, not {raw!r}.")
            return found
        try:
            value = type(self.default)(str(raw).strip())
        except ValueError:
            kind = "a whole number" if isinstance(self.default, int) else "a number"
            raise UserError(f"Setting {self.name} wants {kind}, not {raw!r}.") from None
        if isinstance(value, int | float):
            if (self.low is not None and not value >= self.low) or (self.high is not None and not value <= self.high):
                raise UserError(f"Setting {self.name} must lie between {self.low} and {self.high}, not {raw!r}.")
        elif self.one_of and value not in self.one_of:
            raise UserError(f"Setting {self.name} is one of {', '.join(self.one_of)}, not {raw!r}.")
        return value


SETTINGS: tuple[Setting, ...] = (
    Setting("host", "127.0.0.1", "Address to listen on; 0.0.0.0 offers the gallery to your network.", "server"),
    Setting("port", 8750, "Port to listen on; 0 takes any free one.", "server", 0, 65535),
    Setting(
        "public_url", "", "Address people type when a proxy stands in front, such as https://photos.example.org; makes sign-in cookies `Secure`.", "server"
    ),
    Setting("readers", 2, "Processes that decode pictures side by side.", "read", 1, 64),
    Setting("max_megapixels", 200, "Pictures with more pixels become a problem instead of being decoded.", "read", 1, 2000),
    Setting("read_timeout_s", 30, "Longest time one picture may take to decode; after it the decoder is killed.", "read", 1, 600),
    Setting("read_memory_mb", 1200, "Memory one decoder may take.", "read", 200, 64000),
    Setting("max_file_mb", 2000, "Larger files are not opened.", "read", 1, 1_000_000),
    Setting("analyze", True, "Look into pictures for things, people and nudity.", "analyze"),
    Setting("analyzers", "classes,objects,faces,nudity", "Which analyzers run, separated by commas.", "analyze"),
    Setting("analyze_batch", 8, "Photos handed to a model at once.", "analyze", 1, 256),
    Setting("analyze_timeout_s", 120, "Longest silence of the analyzer process before it is started again.", "analyze", 5, 3600),
    Setting("min_class", 0.05, "Lowest score at which a class is written into the record; search believes those of 0.25 and more.", "enrich", 0, 1),
    Setting("min_object", 0.25, "Lowest score at which an object is believed.", "enrich", 0, 1),
    Setting("min_face", 0.65, "Lowest score at which a face is believed.", "enrich", 0, 1),
    Setting("min_nudity", 0.5, "Lowest score at which a nudity part is believed.", "enrich", 0, 1),
    Setting("follow_links", False, "Follow symbolic links while scanning, as long as they stay inside the root.", "scan"),
    Setting("watch", True, "Notice changes below the folders at once while the server runs, where their disks tell of them.", "scan"),
    Setting("rescan_minutes", 10, "Minutes between scans while the server runs; 0 scans at the start only.", "scan", 0, 10080),
)

TABLE: dict[str, Setting] = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """The settings in force."""

    values: Mapping[str, Value]

    @classmethod
    def load(cls, overrides: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
        """Merge defaults, stored overrides and ``VITRINE_*``; an unknown override is a UserError that names the nearest setting."""
        import difflib

        environment = os.environ if environment is None else environment
        values: dict[str, Value] = {setting.name: setting.default for setting in SETTINGS}
        for name, raw in (overrides or {}).items():
            if name not in TABLE:
                near = difflib.get_close_matches(name, TABLE, 1)
                hint = f"; did you mean {near[0]}?" if near else "."
                raise UserError(f"There is no setting {name!r}{hint}")
            values[name] = TABLE[name].parse(raw)
        for name, setting in TABLE.items():
            if (raw := environment.get(f"VITRINE_{name.upper()}")) is not None:
                values[name] = setting.parse(raw)
        return cls(values)

    def text(self, name: str) -> str:
        """A setting that is a word or sentence."""
        return str(self.values[name])

    def whole(self, name: str) -> int:
        """A setting that is a whole number."""
        return int(self.values[name])

    def number(self, name: str) -> float:
        """A setting that is a number."""
        return float(self.values[name])

    def flag(self, name: str) -> bool:
        """A setting that is yes or no."""
        return bool(self.values[name])


def markdown() -> str:
    """The tables of ``docs/settings.md``."""
    parts: list[str] = []
    for group in dict.fromkeys(setting.group for setting in SETTINGS):
        parts += [f"## {group}", "", "| setting | default | meaning |", "|---|---|---|"]
        parts += [f"| `{s.name}` | `{s.default}` | {s.about} |" for s in SETTINGS if s.group == group]
        parts.append("")
    return "\n".join(parts)
