"""Config in, result out: the science, without the web. See `config` and `evaluate`."""
