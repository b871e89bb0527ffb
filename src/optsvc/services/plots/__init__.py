"""Charts of an experiment: what each is drawn from, what can be asked of it, and drawing it."""
