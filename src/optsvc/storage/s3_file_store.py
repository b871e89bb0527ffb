"""Files in a bucket of any service that speaks the S3 protocol. Clients talk to that service, not to this one.

Addresses are presigned (Signature Version 4). That of an upload is signed together with the length, type and MD5 that
were announced, so the service itself refuses anything else. Needs the extra ``optsvc[s3]``.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from optsvc.storage.file_store import LIFETIME_S, FileStoreError, UploadRequest
from optsvc.storage.models import File

LARGEST_UPLOAD_BYTES = 5 * 2**30
"""What S3 takes in one PUT."""
_PATIENCE_S = 5


@dataclass(frozen=True, slots=True)
class Bucket:
    """A place in an S3 service.

    Args:
        name: Of the bucket; it must be there.
        region: That addresses are signed for.
        endpoint: URL of the service, as clients reach it too; None for that of AWS.
        access_key: Who signs; None to let the AWS library look in its usual places.
        secret_key: What is signed with.
        prefix: Comes before the key of each file, with a slash between.
        path_style: Whether the bucket is in the path of an address, else in its host.
    """

    name: str
    region: str
    endpoint: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    prefix: str = ""
    path_style: bool = False

    def __str__(self) -> str:
        """As a person would say it."""
        return f"bucket {self.name!r} at {self.endpoint or f'AWS in {self.region}'}"


class S3FileStore:
    """Files in a bucket, one object for each key.

    Args:
        bucket: Where.
        lifetime_s: How long an address works; less if the credentials behind it end sooner.

    Raises:
        FileStoreError: The extra is not installed, or there are no credentials.
    """

    def __init__(self, bucket: Bucket, *, lifetime_s: int = LIFETIME_S) -> None:
        self.bucket = bucket
        self._lifetime_s = lifetime_s
        self._client = _client(bucket)

    def upload(self, file: File, base_url: str) -> UploadRequest:  # noqa: ARG002  the service has an address of its own
        """How to send the bytes of a file to the bucket.

        The length is signed too, but not among the headers: every program sends it by itself, and some may not set it.
        """
        announced = {
            "ContentLength": file.content_length,
            "ContentMD5": file.content_md5,
            "ContentType": file.content_type,
        }
        headers = {"Content-Type": file.content_type, "Content-MD5": file.content_md5}
        return UploadRequest(self._sign("put_object", file, **announced), "PUT", headers)

    def download_url(self, file: File, base_url: str) -> str:  # noqa: ARG002
        """Where to read the bytes of a file from the bucket, under the file's own name and type."""
        return self._sign(
            "get_object",
            file,
            ResponseContentType=file.content_type,
            ResponseContentDisposition=_attachment(file.filename or file.name or file.key),
        )

    def examine(self) -> str:
        """Ask the service for the bucket.

        Raises:
            FileStoreError: There is no answer, no such bucket, or no right to it.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.head_bucket(Bucket=self.bucket.name)
        except ClientError as error:
            raise FileStoreError(f"{self.bucket}: {_REFUSALS.get(_status(error), str(error))}") from error
        except BotoCoreError as error:
            raise FileStoreError(f"{self.bucket} cannot be reached: {error}") from error
        return str(self.bucket)

    def _sign(self, operation: str, file: File, **parameters: Any) -> str:
        key = "/".join(part for part in (self.bucket.prefix.strip("/"), file.key) if part)
        url: str = self._client.generate_presigned_url(
            operation, Params={"Bucket": self.bucket.name, "Key": key, **parameters}, ExpiresIn=self._lifetime_s
        )
        return url


_REFUSALS = {
    301: "it is in another region: set OPTSVC_S3_REGION to that",
    400: "the service refuses the request: OPTSVC_S3_REGION or the keys are wrong",
    403: "refused: the keys are wrong, or may not list this bucket (s3:ListBucket)",
    404: "there is no such bucket: make it, or mend OPTSVC_S3_BUCKET",
}


def _status(error: Any) -> int:
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status


def _client(bucket: Bucket) -> Any:
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise FileStoreError("files in S3 need the extra: pip install 'optsvc[server,s3]'") from error

    config = Config(
        signature_version="s3v4",
        # Named outright: what the library chooses by itself signs for a host from which AWS redirects some regions.
        s3={"addressing_style": "path" if bucket.path_style else "virtual"},
        request_checksum_calculation="when_required",  # the contract knows MD5 only
        connect_timeout=_PATIENCE_S,
        read_timeout=_PATIENCE_S,
        retries={"total_max_attempts": 2},
    )
    try:
        session = boto3.Session(bucket.access_key, bucket.secret_key, region_name=bucket.region)
        if session.get_credentials() is None:
            raise FileStoreError("no keys for S3 were found: set OPTSVC_S3_ACCESS_KEY and OPTSVC_S3_SECRET_KEY")
        return session.client("s3", endpoint_url=bucket.endpoint, config=config)
    except (BotoCoreError, ValueError) as error:
        raise FileStoreError(f"{bucket} cannot be used: {error}") from error


def _attachment(name: str) -> str:
    """The header that makes a browser store the bytes under this name, rather than show them."""
    quoted = quote(name)
    return f'attachment; filename="{name}"' if quoted == name else f"attachment; filename*=utf-8''{quoted}"
