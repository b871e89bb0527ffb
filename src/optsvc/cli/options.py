"""Options that several commands share."""

from pathlib import Path

import click

data_dir_option = click.option(
    "--data-dir",
    envvar="OPTSVC_DATA_DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default="data",
    show_default="./data",
    help="Directory of the embedded PostgreSQL and Redis.",
)
host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
port_option = click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
parent_option = click.option("--parent", type=int, hidden=True, help="End when this process, the parent, ends.")
