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
PROGRESS = f"{PACKAGE}/ledger/reconciliations.py"

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
        old="        except UnreadableRow:\n            looked_up",
        new="        except ZeroDivisionError:\n            looked_up",
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
        old="end = self._now().replace(microsecond=0) - self._delay",
        new="end = self._now().replace(microsecond=0)",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="looks at no moment twice",
        file=WINDOWS,
        old="window = Window(begin=progress.safe_until - OVERLAP, end=end)",
        new="window = Window(begin=progress.safe_until, end=end)",
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
        "            return replace(progress, window=window)\n",
        new="",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="feeds a queue that is long",
        file=WINDOWS,
        old="if self._queue.ready() < LONGEST_READY:",
        new="if True:",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="saves a page's progress before its orders are queued",
        file=WINDOWS,
        old="            progress = self._after(progress, self._worked(window, api, comparison))\n"
        "            progress = self._progress.save(connection, progress)\n",
        new="            saved = self._progress.save(connection, replace(progress, window=replace("
        "window, position=api.page(Span(by=By.CHANGE, begin=window.begin, end=window.end),"
        " window.position).next)))\n"
        "            progress = replace(self._after(saved, self._worked(window, api, comparison)),"
        " version=saved.version)\n"
        "            progress = self._progress.save(connection, progress)\n",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="lets two rounds write over one another's progress",
        file=PROGRESS,
        old='            condition="#version = :version" if progress.version else '
        '"attribute_not_exists(#pk)",\n'
        '            values={"version": progress.version} if progress.version else None,\n',
        new="",
        tests=("tests/integration/ledger/test_reconciliations.py",),
    ),
    Break(
        name="queues what can only wait",
        file=ROUNDS,
        old="        if not self._stands_still(document):\n",
        new="        if True:\n",
        tests=(OF_WINDOWS,),
    ),
    Break(
        name="forgets since when a shop fails",
        file=ROUNDS,
        old="since = progress.failing_since or self._now()",
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
        old="due = self._now() - self._lost_after[platform]",
        new="due = self._now()",
        tests=(OF_LOST,),
    ),
    Break(
        name="counts one that came late as lost",
        file=LOST,
        old="            if not self._was_heard(correction):\n",
        new="            if True:\n",
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
        old="        if found and all(webhook.status != PAUSED for webhook in here):\n",
        new="        if not url:\n",
        tests=(OF_HEALTH,),
    ),
    Break(
        name="activates what a person has paused",
        file=HEALTH,
        old="if found and all(webhook.status != PAUSED for webhook in here):",
        new="if found:",
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
        old="        if topic == RECONCILIATION:\n            return self._found\n"
        "        return None if topic == RESYNC or topic in FOUND else self._heard\n",
        new="        return None if topic == RESYNC else self._heard\n",
        tests=(OF_ARRIVALS,),
    ),
)
