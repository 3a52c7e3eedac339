"""Where lake and warehouse disagree, and the plan that mends it."""

from __future__ import annotations

from ui.components.pieces import show_links, show_muted, show_table, show_verdict
from ui.presenters.reconcile_presenter import ReconcileView


def show_reconciliation(view: ReconcileView) -> None:
    """One verdict, a line per figure, and where to mend."""
    show_verdict(view.verdict, view.agrees)
    if view.agrees:
        show_muted("Every load is reconciled; lakeside reconcile measures all months anew.")
        return
    show_table(view.table)
    show_links(view.cures)
