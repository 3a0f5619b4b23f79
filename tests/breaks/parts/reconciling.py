"""What the webhooks missed: found, brought in once, gone on with, and told of."""

from tests.breaks.table import PACKAGE, Break

COMPARISON = f"{PACKAGE}/reconciling/comparison.py"
WINDOWS = f"{PACKAGE}/reconciling/windows.py"
ROUNDS = f"{PACKAGE}/reconciling/rounds.py"
LOST = f"{PACKAGE}/reconciling/lost_webhooks.py"
HEALTH = f"{PACKAGE}/reconciling/webhook_health.py"
REGISTERING = f"{PACKAGE}/shop_apis/registering.py"
ORDER_SYNC = f"{PACKAGE}/syncing/order_sync.py"
ARRIVALS = f"{PACKAGE}/syncing/arrivals.py"
CORRECTIONS = f"{PACKAGE}/ledger/corrections.py"
PROGRESS = f"{PACKAGE}/ledger/per_connection.py"

FOLDER = "tests/integration/reconciling"
OF_WINDOWS = f"{FOLDER}/test_windows.py"
OF_LOST = f"{FOLDER}/test_lost_webhooks.py"
OF_HEALTH = f"{FOLDER}/test_webhook_health.py"
OF_FOUND = "tests/integration/syncing/test_found_orders.py"
OF_ARRIVALS = "tests/integration/syncing/test_arrivals.py"

BREAKS = (
    Break(
        name="queues every order that it looks at",
        file=COMPARISON,
        old="return [one for one in self.found if one.verdict in NEEDED]",
        new="return list(self.found)",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="queues no order that has changed, only new ones",
        file=COMPARISON,
        old="NEEDED = frozenset({Verdict.BEHIND, Verdict.UNKNOWN, Verdict.UNREADABLE_ROW})",
        new="NEEDED = frozenset({Verdict.UNKNOWN, Verdict.UNREADABLE_ROW})",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="lets one row that it can't read hide a page of orders",
        file=COMPARISON,
        old="        if isinstance(row, UnreadableRow):\n            return Found(\n",
        new="        if isinstance(row, UnreadableRow):\n"
        "            raise row\n            Found(\n",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="queues orders that the mapping leaves out",
        file=COMPARISON,
        old="            return (Verdict.LEFT_OUT if reason else Verdict.UNKNOWN), reason\n",
        new="            return Verdict.UNKNOWN, reason\n",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="takes one order that it can't read for the end of the page",
        file=COMPARISON,
        old="                unreadable.append(error)\n",
        new="                unreadable.append(error)\n                break\n",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="overtakes healthy webhooks",
        file=WINDOWS,
        old="return self._now().replace(microsecond=0) - self._delay",
        new="return self._now().replace(microsecond=0)",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="looks at no moment twice",
        file=WINDOWS,
        old="window = Window(begin=stands.safe_until - OVERLAP, end=end)",
        new="window = Window(begin=stands.safe_until, end=end)",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="begins each window anew where it was stopped",
        file=WINDOWS,
        old="page = api.page(span, window.position)",
        new="page = api.page(span, None)",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="takes a window for done after its first page",
        file=WINDOWS,
        old="        if window.position is not None:\n"
        "            return replace(stands, window=window)\n",
        new="",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="feeds a queue that is long",
        file=WINDOWS,
        old="            if not room.crowd():\n",
        new="            if room:\n",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="saves a page's progress before its orders are queued",
        file=WINDOWS,
        old="            self._bring_in(compared)\n",
        new="            at = replace(stands, window=replace(window, position=page.next))\n"
        "            stands = self._reconciliations.save(connection, at)\n"
        "            self._bring_in(compared)\n",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="lets two rounds write over one another's progress",
        file=PROGRESS,
        old="self._table.put_over(to_row(self._key(connection), saved), version=value.version)",
        new="self._table.put(to_row(self._key(connection), saved))",
        tests=("tests/integration/ledger/test_reconciliations.py",),
    ),
    Break(
        name="queues what can only wait",
        file=ROUNDS,
        old="        if not room.stands_still():\n",
        new="        if room:\n",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="forgets since when a shop fails",
        file=WINDOWS,
        old="since = stands.failing_since or self._now()",
        new="since = self._now()",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="leaves a shop's orders if its webhooks can't be looked at",
        file=ROUNDS,
        old='            self._telemetry.shop_failed(what)\n            self._telemetry.warn("the',
        new="            self._telemetry.shop_failed(what)\n            raise\n"
        '            self._telemetry.warn("the',
        tests=(OF_HEALTH,),
    ),
    Break(
        name="counts a webhook that may still come as lost",
        file=LOST,
        old="until(connection, self._now() - self._lost_after[platform])",
        new="until(connection, self._now())",
        tests=(OF_LOST,),
    ),
    Break(
        name="counts one that came late as lost",
        file=LOST,
        old=" and not _was_heard(correction, record):",
        new=":",
        tests=(OF_LOST,),
    ),
    Break(
        name="counts a lost webhook again with every round",
        file=LOST,
        old="            self._corrections.remove(correction)\n",
        new="",
        tests=(OF_LOST,),
    ),
    Break(
        name="takes corrections of one order for one",
        file=CORRECTIONS,
        old='return f"{_KIND}{correction.connection}/{correction.order}/{at}"',
        new='return f"{_KIND}{correction.connection}/{correction.order}" if at else ""',
        tests=(OF_LOST,),
    ),
    Break(
        name="mends no webhooks",
        file=HEALTH,
        old="        if not found:\n",
        new="        if found:\n",
        tests=(OF_HEALTH,),
    ),
    Break(
        name="activates what a person has paused",
        file=HEALTH,
        old="leaving=paused):",
        new="leaving=()):",
        tests=(OF_HEALTH,),
    ),
    Break(
        name="does not see that a webhook is missing",
        file=REGISTERING,
        old="    return [*missing, *several, *useless, *wrong, *ended]\n",
        new="    return [*several, *useless, *wrong, *ended]\n",
        tests=(OF_HEALTH,),
    ),
    Break(
        name="leaves webhooks that bring personal data for nothing",
        file=REGISTERING,
        old="        if webhook.topic not in api.topics:\n            api.remove(webhook)\n",
        new="        if webhook.topic not in api.topics:\n",
        tests=(OF_HEALTH,),
    ),
    Break(
        name="takes what reconciliation found for heard",
        file=ORDER_SYNC,
        old="        if event.is_webhook:\n            return heard(record, snapshot)\n",
        new="        record = heard(record, snapshot)\n",
        tests=(OF_FOUND,),
    ),
    Break(
        name="notes no correction",
        file=ORDER_SYNC,
        old="if event.topic == RECONCILIATION and age is Age.NEWER:",
        new="if False:",
        tests=(OF_FOUND,),
    ),
    Break(
        name="notes a correction of what a webhook had brought",
        file=ORDER_SYNC,
        old="if event.topic == RECONCILIATION and age is Age.NEWER:",
        new="if event.topic == RECONCILIATION:",
        tests=(OF_FOUND,),
    ),
    Break(
        name="leaves a back-filled order that is old",
        file=ORDER_SYNC,
        old="            snapshot, settings, event.received_at, any_age=event.topic == BACKFILL\n",
        new="            snapshot, settings, event.received_at\n",
        tests=("tests/integration/syncing/test_backfill.py",),
    ),
    Break(
        name="takes what reconciliation found for traffic",
        file=ARRIVALS,
        old="        if topic == RECONCILIATION:\n            return self._reconciled\n"
        "        return None if topic == RESYNC or topic in FOUND else self._heard\n",
        new="        return None if topic == RESYNC else self._heard\n",
        tests=(OF_ARRIVALS,),
    ),
    Break(
        name="holds the count of a found order back until the next event",
        file=ARRIVALS,
        old="if traffic is self._reconciled or self._seldom.is_due(connection):",
        new="if self._seldom.is_due(connection):",
        tests=(OF_ARRIVALS,),
    ),
    Break(
        name="forgets the changes of a shop that was down from its first round on",
        file=ROUNDS,
        old="        since = self._parts.windows.begin(connection).since\n",
        new="        since = self._now()\n",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="waits for a long queue with nothing to add to it",
        file=WINDOWS,
        old="if compared.needed and not self._finds_room(room, has_time):",
        new="if not self._finds_room(room, has_time):",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="counts webhooks of changes from before the shop was connected as lost",
        file=LOST,
        old="if correction.changed_at >= since and not",
        new="if not",
        tests=(OF_LOST,),
    ),
    Break(
        name="waits for a brake that nobody probes",
        file=f"{PACKAGE}/reconciling/room.py",
        old="if brake.holds(self._now())",
        new="if brake.closed_since",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="goes on for ever with pages that lead to themselves",
        file=f"{PACKAGE}/shop_apis/patience.py",
        old="if page.next is not None and page.next == position:",
        new="if not page:",
        tests=("tests/integration/shop_apis/test_patience.py",),
    ),
)
