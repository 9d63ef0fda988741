"""Signals for apps above this one, sent in the transaction of the change."""

from django.dispatch import Signal

# A run has its metrics: run.
run_succeeded = Signal()
# An analysis or a decision was written down: experiment.
conclusion_written = Signal()
# A participant's ZIP is made: record. Each receiver returns more files, by path.
archive_asked_for = Signal()
# A Dojo is archived: dojo. Each receiver returns the paths of stored files that go with it.
stored_files_asked_for = Signal()
# A starter notebook is made: dojo, absolute (a path as an absolute address). Each receiver
# returns code that submits from there.
starter_code_asked_for = Signal()
