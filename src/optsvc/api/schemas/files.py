"""Files of training runs, in and out."""

import base64
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from optsvc.api.schemas.common import Count, IdOut, In, Key, Out, Time, seconds
from optsvc.services.files import NewFile
from optsvc.storage.file_store import UploadRequest
from optsvc.storage.models import File

_MIME_TYPE = re.compile(
    r"(application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*", re.ASCII
)


def _mime_type(text: str) -> str:
    if not _MIME_TYPE.fullmatch(text):
        raise ValueError(f"must be a MIME type such as image/png, got {text!r}")
    return text


def _md5(text: str) -> str:
    try:
        digest = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("must be base64") from error
    if len(digest) != 16:
        raise ValueError(f"must be base64 of the 16 bytes of an MD5, got {len(digest)} bytes")
    return base64.b64encode(digest).decode()


_EXAMPLE: JsonDict = {
    "content_length": 3,
    "content_type": "text/plain",
    "content_md5": "kAFQmDzST7DWlj99KOF/cg==",
    "name": "letters",
}


class FileIn(In):
    """What is known of a file before its bytes are sent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    content_length: Count = Field(description="In bytes.")
    content_type: Annotated[str, AfterValidator(_mime_type)] = Field(
        description="MIME type of the bytes.", max_length=100, strict=True, examples=["image/png"]
    )
    content_md5: Annotated[str, AfterValidator(_md5)] = Field(
        max_length=24, strict=True, description="MD5 of the bytes, base64.", examples=["1B2M2Y8AsgTpgAmY7PhCfg=="]
    )
    name: Key | None = Field(None, description="What to call it; this or `filename` is needed.")
    filename: Key | None = Field(None, description="What it is called where it comes from.")

    @model_validator(mode="after")
    def _some_name(self) -> Self:
        if self.name is None and self.filename is None:
            raise ValueError("Missing required json key: name or filename")
        return self

    def to_service(self) -> NewFile:
        """As the services take it."""
        return NewFile(**self.model_dump())


class UploadOut(Out):
    """How to send the bytes: with this method, to this address, with exactly these headers, without a token."""

    object: Literal["upload"]
    url: str = Field(description="Where to send the bytes; valid for an hour.")
    method: str = Field(description="The HTTP method to use.")
    headers: dict[str, str] = Field(description="The headers to send, exactly these.")


class DownloadOut(Out):
    """Where to read the bytes, without a token."""

    object: Literal["download"]
    url: str = Field(description="Where to read the bytes; valid for an hour.")


class _FileOut(Out):
    object: Literal["file"]
    id: IdOut
    client: IdOut = Field(description="Id of the client that it belongs to.")
    user: IdOut | None = Field(description="Id of who announced it; null if that is nobody.")
    created: Time
    name: str | None = Field(description="What to call it; null if it was given none.")
    filename: str | None = Field(description="What it is called where it comes from; null if that is unknown.")
    content_length: int = Field(description="In bytes.")
    content_type: str = Field(description="MIME type of the bytes.")
    content_md5: str = Field(description="MD5 of the bytes, base64.")


class AnnouncedFileOut(_FileOut):
    """A file of a run, and how to send its bytes."""

    upload: UploadOut

    @classmethod
    def of(cls, row: File, request: UploadRequest) -> Self:
        """The stored file as the contract writes it after the announcement."""
        upload = UploadOut(object="upload", url=request.url, method=request.method, headers=dict(request.headers))
        return cls(**_common(row), upload=upload)


class FileOut(_FileOut):
    """A file of a run, and where to read its bytes."""

    download: DownloadOut

    @classmethod
    def of(cls, row: File, url: str) -> Self:
        """The stored file as the contract writes it."""
        return cls(**_common(row), download=DownloadOut(object="download", url=url))


def _common(row: File) -> dict[str, Any]:
    return {
        "object": "file",
        "id": str(row.id),
        "client": str(row.client_id),
        "user": None if row.user_id is None else str(row.user_id),
        "created": seconds(row.created),
        "name": row.name,
        "filename": row.filename,
        "content_length": row.content_length,
        "content_type": row.content_type,
        "content_md5": row.content_md5,
    }
