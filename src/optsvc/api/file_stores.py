"""The place for files that the settings name."""

from optsvc.config import Settings
from optsvc.storage.file_store import FileStore, FileStoreError, LocalFileStore
from optsvc.storage.s3_file_store import LARGEST_UPLOAD_BYTES, Bucket, S3FileStore

DEFAULT_REGION = "us-east-1"
"""What services other than AWS are used to."""


def file_store(settings: Settings) -> FileStore | None:
    """The store that the settings name, None if they name none. Nothing is connected to.

    Raises:
        FileStoreError: They are half given, or contradict each other.
    """
    _check(settings)
    if settings.s3_bucket is not None:
        return S3FileStore(
            Bucket(
                name=settings.s3_bucket,
                region=settings.s3_region or DEFAULT_REGION,
                endpoint=settings.s3_endpoint,
                access_key=settings.s3_access_key,
                secret_key=settings.s3_secret_key,
                prefix=settings.s3_prefix or "",
                path_style=settings.s3_endpoint is not None
                if settings.s3_path_style is None
                else settings.s3_path_style,
            )
        )
    if settings.files_dir is not None and settings.secret_key is not None:
        return LocalFileStore(settings.files_dir, settings.secret_key)
    return None


def _check(settings: Settings) -> None:
    given = [
        f"OPTSVC_{name.upper()}"
        for name in type(settings).model_fields
        if name.startswith("s3_") and getattr(settings, name) is not None
    ]
    if settings.s3_bucket is None:
        if given:
            raise FileStoreError(f"OPTSVC_S3_BUCKET must be set with {', '.join(given)}")
        if settings.files_dir is not None and settings.secret_key is None:
            raise FileStoreError("OPTSVC_SECRET_KEY must be set with OPTSVC_FILES_DIR, to sign the addresses of files")
        return
    if settings.files_dir is not None:
        raise FileStoreError("OPTSVC_FILES_DIR and OPTSVC_S3_BUCKET are both set: files are kept in one place")
    if (settings.s3_access_key is None) != (settings.s3_secret_key is None):
        raise FileStoreError("OPTSVC_S3_ACCESS_KEY and OPTSVC_S3_SECRET_KEY must be set together, or none of them")
    if settings.max_file_bytes > LARGEST_UPLOAD_BYTES:
        raise FileStoreError(
            f"OPTSVC_MAX_FILE_BYTES must be at most {LARGEST_UPLOAD_BYTES} with files in S3, "
            f"got {settings.max_file_bytes}"
        )
