"""Files of training runs: what is known of them. Their bytes are in the file store."""

import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from optsvc.domain.errors import NotFound
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.models import File, now


@dataclass(frozen=True, slots=True)
class NewFile:
    """What a user says of a file before sending it.

    Args:
        content_length: In bytes.
        content_type: A MIME type.
        content_md5: MD5 of the bytes, base64.
        name: What it is called.
        filename: What it was called where it comes from.
    """

    content_length: int
    content_type: str
    content_md5: str
    name: str | None = None
    filename: str | None = None


def create(session: Session, caller: Caller, run_id: int, new: NewFile) -> File:
    """Announce a file of a run; its bytes are sent afterwards.

    Raises:
        NotFound, Forbidden: As in `access.training_run`.
    """
    run = access.training_run(session, caller, run_id, lock=True)
    file = File(
        client_id=run.client_id,
        training_run_id=run.id,
        user_id=caller.user_id,
        key=secrets.token_hex(32),
        name=new.name,
        filename=new.filename,
        content_length=new.content_length,
        content_type=new.content_type,
        content_md5=new.content_md5,
    )
    session.add(file)
    run.updated = now()
    session.flush()
    return file


def get(session: Session, caller: Caller, file_id: int) -> File:
    """What is known of a file.

    Raises:
        NotFound: It is not there, or its run is not visible.
    """
    file = session.get(File, file_id)
    missing = f"no file with id {file_id}"
    if file is None:
        raise NotFound(missing)
    try:
        access.training_run(session, caller, file.training_run_id)
    except NotFound as error:
        raise NotFound(missing) from error
    return file


def with_key(session: Session, key: str) -> File:
    """The file whose bytes are stored under a key that a signed address names.

    Raises:
        NotFound: There is none.
    """
    file = session.scalar(select(File).where(File.key == key))
    if file is None:
        raise NotFound("there is no such file")
    return file
