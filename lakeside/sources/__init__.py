"""Where months come from: templates, probes, streams, and the synthetic sample."""
