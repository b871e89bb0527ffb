"""Analyses of an experiment: asked for through the API, computed by the workers, kept until the data move on."""
