"""HTTP as the tests speak it: waits for a busy machine, and reads no certificates, which costs each client 20 ms."""

import ssl
from functools import partial

import httpx

_WAYS = {"timeout": 60, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}

Client = partial(httpx.Client, **_WAYS)
get = partial(httpx.get, **_WAYS)
post = partial(httpx.post, **_WAYS)
request = partial(httpx.request, **_WAYS)
