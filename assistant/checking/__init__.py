"""Check what a language model says against the record, sentence by sentence, before it is shown."""
