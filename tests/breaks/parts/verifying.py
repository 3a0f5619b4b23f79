"""Comparing shop, ledger and Seven Senders: what differs, why, and what mends it."""

from tests.breaks.table import Break

CLI = "cli/seven_senders_cli"
WALK = f"{CLI}/verifying/walk.py"
THERE = f"{CLI}/verifying/there.py"
DIFFERENCES = f"{CLI}/verifying/differences.py"
MENDING = f"{CLI}/verifying/mending.py"
COMMAND = f"{CLI}/commands/verify.py"

OF_WALK = "tests/integration/cli/test_verifying_walk.py"
OF_DIFFERENCES = "tests/unit/cli/test_differences.py"
OF_VERIFY = "tests/integration/cli/test_verify.py"

BREAKS = (
    Break(
        name="loses sight of an order that the shop has deleted",
        file=WALK,
        old="            self.tally.deleted += 1\n",
        new="            pass\n",
        tests=("tests/integration/cli/test_verify.py",),
    ),
    Break(
        name="queues what differs without being asked to",
        file=COMMAND,
        old="    if fix:\n        mender = Mender(",
        new="    if stack:\n        mender = Mender(",
        tests=(f"{OF_VERIFY}::TestReading::test_without_fix_nothing_is_changed_anywhere",),
    ),
    Break(
        name="ends well though an order differs",
        file=COMMAND,
        old="        raise typer.Exit(Exit.FAILED)\n",
        new="        return\n",
        tests=(f"{OF_VERIFY}::TestWhatDiffers::test_an_order_that_no_webhook_brought",),
    ),
    Break(
        name="takes what is on its way for a difference",
        file=WALK,
        old="        return self._now() - changed_at < ON_ITS_WAY\n",
        new="        return False\n",
        tests=(f"{OF_VERIFY}::TestAllIsWell",),
    ),
    Break(
        name="takes an order of the next page for a stranger",
        file=WALK,
        old="            elif order.order_date == end != self._span.end:\n",
        new="            elif False:\n",
        tests=(f"{OF_WALK}::test_orders_of_one_second_may_stand_on_two_pages",),
    ),
    Break(
        name="lists the same stretch for every page",
        file=WALK,
        old="            begin, self._listed_until = self._listed_until + _A_SECOND, end\n",
        new="            begin = self._listed_until + _A_SECOND\n",
        tests=(f"{OF_WALK}::test_orders_in_sync_are_compared_by_the_list_alone",),
    ),
    Break(
        name="stops at the shop's newest order, and misses what was deleted behind it",
        file=WALK,
        old="            end = self._span.end if page.next is None else _newest(compared)\n",
        new="            end = _newest(compared)\n",
        tests=(f"{OF_WALK}::test_what_was_deleted_is_found_at_the_begin_between_and_at_the_end",),
    ),
    Break(
        name="believes a list that shows less of an order than a look at it",
        file=WALK,
        old="        if listed and judgement and judgement.kind in _ONLY_LISTED:\n",
        new="        if False:\n",
        tests=(f"{OF_WALK}::test_what_a_list_shows_otherwise_is_asked_for_alone",),
    ),
    Break(
        name="takes an order of another for one that the shop deleted",
        file=WALK,
        old="            if record.accepted is not None and ",
        new="            if ",
        tests=(OF_WALK,),
    ),
    Break(
        name="goes on with a list that can't be relied on",
        file=THERE,
        old="            self.why_no_list = str(error)\n",
        new="            return\n",
        tests=(f"{OF_VERIFY}::TestReading",),
    ),
    Break(
        name="does not notice a refund that was deleted",
        file=DIFFERENCES,
        old="    if _REFUND_GONE & (after.refused.keys() - record.refused.keys()):\n",
        new="    if False:\n",
        tests=(OF_DIFFERENCES,),
    ),
    Break(
        name="takes another form of the same order for a change",
        file=DIFFERENCES,
        old="    if replace(after, digests=record.digests) != record:\n",
        new="    if True:\n",
        tests=(OF_DIFFERENCES,),
    ),
    Break(
        name="queues what goes on by itself",
        file=DIFFERENCES,
        old="            return Mend.WAIT if is_tried and waits else Mend.RESYNC\n",
        new="            return Mend.RESYNC\n",
        tests=(OF_DIFFERENCES,),
    ),
    Break(
        name="takes an order that was restored for one in the trash",
        file=DIFFERENCES,
        old="    if found.snapshot.left_out == IN_THE_TRASH:\n",
        new="    if found.snapshot.left_out == IN_THE_TRASH or record.deleted_at:\n",
        tests=(OF_DIFFERENCES,),
    ),
    Break(
        name="queues what mends in front of live orders",
        file=MENDING,
        old="        wait_for_room(self._room, self._pauses, self._tell)\n",
        new="",
        tests=(f"{OF_WALK}::test_live_orders_go_first",),
    ),
)
