"""Bringing in past orders: which ones, how slowly, and from where it was stopped."""

from tests.breaks.table import PACKAGE, Break

BACKFILLING = "cli/seven_senders_cli/backfilling.py"
COMMAND = "cli/seven_senders_cli/commands/backfill.py"

OF_BACKFILLING = "tests/integration/cli/test_backfilling.py"
OF_COMMAND = "tests/integration/cli/test_backfill.py"
OF_SYNCING = "tests/integration/syncing/test_backfill.py"

BREAKS = (
    Break(
        name="back-fills faster than the rate allows",
        file=BACKFILLING,
        old="        self._keep_to_the_rate()\n",
        new="",
        tests=(OF_BACKFILLING,),
    ),
    Break(
        name="back-fills while live events wait",
        file=BACKFILLING,
        old="        wait_for_room(self._room, self._pauses, self._watcher.waits)\n",
        new="",
        tests=(OF_BACKFILLING,),
    ),
    Break(
        name="takes the time that a back-filled order has waited for lag",
        file=BACKFILLING,
        old="replace(found.event, received_at=now)",
        new="found.event",
        tests=(OF_BACKFILLING,),
    ),
    Break(
        name="begins a back-fill anew that was stopped",
        file=BACKFILLING,
        old="        if not known.finished_at and",
        new="        if known.finished_at and",
        tests=(OF_BACKFILLING,),
    ),
    Break(
        name="goes on with a back-fill of other dates",
        file=BACKFILLING,
        old="(known.begin, known.until) == (since, until)",
        new="known.begin == since",
        tests=(OF_BACKFILLING,),
    ),
    Break(
        name="saves how far a back-fill came before the page's orders are queued",
        file=BACKFILLING,
        old="            tally = _looked_at(",
        new="            if page.next:\n"
        "                early = replace(backfill, position=page.next)\n"
        "                backfill = replace(backfill, version=save(early).version)\n"
        "            tally = _looked_at(",
        tests=(OF_BACKFILLING,),
    ),
    Break(
        name="saves progress of a dry run",
        file=BACKFILLING,
        old="save=_unsaved",
        new="save=self._save",
        tests=(OF_BACKFILLING,),
    ),
    Break(
        name="back-fills orders without a word that the shop does not show",
        file=COMMAND,
        old="    check_shown(job.api, job.document.platform, since, pauses.now())\n",
        new="",
        tests=(OF_COMMAND,),
    ),
    Break(
        name="back-fills a connection that is paused",
        file=COMMAND,
        old="    if job.document.paused:\n",
        new="    if False:\n",
        tests=(OF_COMMAND,),
    ),
    Break(
        name="creates old orders that nobody asked for",
        file=f"{PACKAGE}/syncing/order_sync.py",
        old="any_age=event.topic == BACKFILL",
        new="any_age=not event.is_webhook",
        tests=(OF_SYNCING,),
    ),
)
