"""Config in, result out: the science, without the web. See `spec.config` and `run.evaluate`."""
