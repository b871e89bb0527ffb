"""Settings, read once from the environment at an entry point; inner layers get plain arguments."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting is an environment variable: its name in capitals with ``OPTSVC_`` before it."""

    model_config = SettingsConfigDict(env_prefix="OPTSVC_", env_ignore_empty=True)

    database_url: str | None = Field(
        None, description="PostgreSQL, as postgresql://user:password@host:port/name. Unset: `optsvc up` starts its own."
    )
    redis_url: str | None = Field(
        None, description="Redis, as redis://host:port/number. Unset: `optsvc up` starts its own."
    )
    bootstrap_token: str | None = Field(
        None, description="Value of the first administrator token, used when a new database is set up.", min_length=20
    )
    suggestion_deadline_s: float = Field(
        5.0, gt=0, le=60, description="Longest wait for the model before a suggestion or a 202 is answered without it."
    )
    max_body_bytes: int = Field(8 * 2**20, ge=1024, description="Largest accepted request body.")
    max_import_bytes: int = Field(64 * 2**20, ge=1024, description="Largest accepted file of past observations.")
    reads_per_second: int = Field(
        200, ge=0, description="Requests per second and token that only read; more get 429. 0: no limit."
    )
    writes_per_second: int = Field(
        100, ge=0, description="Requests per second and token that change something; more get 429. 0: no limit."
    )
    wrong_passwords: int = Field(
        5, ge=0, description="Wrong passwords from one address in ten minutes; more get 429. 0: no limit."
    )
    sign_in_days: float = Field(14, gt=0, le=365, description="How long a sign-in with a password lasts, in days.")
    files_dir: Path | None = Field(
        None, description="Directory for the files of training runs, shared by all API processes. Unset: no files."
    )
    secret_key: str | None = Field(
        None, description="Signs the addresses of files; the same in all API processes.", min_length=32
    )
    s3_bucket: str | None = Field(
        None, description="Bucket for the files of training runs, in place of a directory.", min_length=1
    )
    s3_endpoint: str | None = Field(
        None, description="URL of the S3 service, as clients reach it too. Unset: that of AWS."
    )
    s3_region: str | None = Field(None, description="Region of the bucket. Unset: us-east-1.")
    s3_access_key: str | None = Field(None, description="Unset, with the next: where AWS programs look for keys.")
    s3_secret_key: str | None = Field(None, description="The secret of the access key.", repr=False)
    s3_prefix: str | None = Field(None, description="Comes before the name of each object, with a slash between.")
    s3_path_style: bool | None = Field(
        None, description="Whether the bucket is in the path of addresses. Unset: yes with an endpoint, else no."
    )
    max_file_bytes: int = Field(2**30, ge=1, description="Largest accepted file of a training run.")
    database_pool_size: int = Field(10, ge=1, description="Connections that one process keeps to PostgreSQL.")

    gpu: Literal["auto", "off"] = Field(
        "auto", description="Whether a worker computes many experiments at once on a GPU, where it finds one that pays."
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")):
            raise ValueError("must start with postgresql://")
        return url

    @field_validator("s3_endpoint")
    @classmethod
    def _is_web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must start with https:// or http://")
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return url
