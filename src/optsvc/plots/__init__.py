"""Charts as Plotly figures in JSON form: history and what analyses found in, ``data`` and ``layout`` out.

Each is built once, here: the API answers with it, the dashboard and notebooks draw it. Plain dictionaries, so that a
server needs no Plotly; the tests validate all of them against its schema. What is drawn of many observations is thinned
by one rule (`thinning`), which every figure owns up to.
"""
