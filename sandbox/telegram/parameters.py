"""The parameters of one call, however they were sent: query, form, multipart or JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.telegram.refusals import Refusal, bad_request

UPLOAD_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent along with a call."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    """Values as sent (text, or JSON values from a JSON body) and files by their part's name."""

    values: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def names(self) -> set[str]:
        """What was given; parts that another parameter refers to by attach:// do not count."""
        attached = {
            value.removeprefix("attach://")
            for value in self.values.values()
            if isinstance(value, str) and value.startswith("attach://")
        }
        return set(self.values) | (set(self.uploads) - attached)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError:
            raise bad_request(f"can't parse {name}: expected an integer") from None

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def structure(self, name: str) -> Any:
        """A JSON value, decoded if it came as text; None where it was not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name}: JSON object expected") from None

    def upload(self, name: str) -> Upload | None:
        """The file of a parameter, sent in its own part or by attach://."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.uploads.get(value.removeprefix("attach://"))
        return self.uploads.get(name)

    def recorded(self) -> dict[str, Any]:
        """What a test wants to look at: JSON decoded, files by their names."""
        shown: dict[str, Any] = {}
        for name, value in self.values.items():
            try:
                shown[name] = json.loads(value) if _looks_structured(value) else value
            except ValueError:
                shown[name] = value
        return shown | {name: upload.name for name, upload in self.uploads.items()}


def _looks_structured(value: Any) -> bool:
    return isinstance(value, str) and (
        value[:1] in {"{", "["} or value in {"true", "false"} or value.lstrip("-").isdecimal()
    )


async def read_parameters(request: web.Request) -> Parameters:
    """All parameters of a request; Refusal 413 past 50 MB, 400 for a body that is no JSON."""
    values: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method == "POST":
        match request.content_type:
            case "application/json":
                values |= await _json_body(request)
            case "multipart/form-data":
                await _multipart_body(request, values, uploads)
            case _:
                values |= {
                    key: value
                    for key, value in (await request.post()).items()
                    if isinstance(value, str)
                }
    return Parameters(values, uploads)


async def _json_body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise bad_request("can't parse the JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("JSON object expected")
    return {name: value for name, value in body.items() if value is not None}


async def _multipart_body(
    request: web.Request, values: dict[str, Any], uploads: dict[str, Upload]
) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.filename is None:
            values[part.name] = await part.text()
            continue
        content, size = bytearray(), 0
        while chunk := await part.read_chunk(1 << 18):
            size += len(chunk)
            if size <= UPLOAD_BYTES:
                content += chunk
        if size > UPLOAD_BYTES:  # said only now, for a client that still writes would not hear it
            raise Refusal(413, "Request Entity Too Large")
        mime = part.headers.get("Content-Type", "application/octet-stream")
        uploads[part.name] = Upload(part.filename, mime, bytes(content))
