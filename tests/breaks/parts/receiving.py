"""Receiving: signatures, names, bodies, answers, and what a flood costs."""

from tests.breaks.table import PACKAGE, Break

RECEIVING = f"{PACKAGE}/receiving.py"
CONNECTIONS = f"{PACKAGE}/connections/receiving.py"
SHOP = f"{PACKAGE}/shops/shop.py"
SIGNATURE = f"{PACKAGE}/shops/signature.py"
TELEMETRY = f"{PACKAGE}/telemetry.py"

ANSWERS = "tests/unit/receiving/test_answers.py"
SIGNATURES = "tests/attack/test_signatures.py"
BODIES = "tests/attack/test_bodies.py"
NAMES = "tests/attack/test_names.py"
FLOOD = "tests/attack/test_flood.py"
LOADING = "tests/unit/connections/test_receiving.py"

BREAKS = (
    Break(
        name="answers 200 although SQS did not take the event",
        file=RECEIVING,
        old='return self._refuse(TRY_LATER, "queue_unavailable")',
        new="return OK",
        tests=(f"{ANSWERS}::TestServiceUnavailable::test_while_sqs_does_not_take_it",),
    ),
    Break(
        name="drops an order that can't be read",
        file=RECEIVING,
        old="return self._keep(self._event(request, shop, delivery, projected, unreadable=lacks))",
        new='return self._skip(f"unreadable {lacks}")',
        tests=(
            (
                f"{BODIES}::test_an_order_that_lacks_something_is_queued_by_its_id_with_the_names"
                "_of_what_it_lacks"
            ),
        ),
    ),
    Break(
        name="takes a delivery without a signature",
        file=SIGNATURE,
        old="return any(matches)",
        new="return any(matches) or not given",
        tests=(f"{SIGNATURES}::test_a_signature_that_is",),
    ),
    Break(
        name="takes what was signed with the secret of any connection",
        file=RECEIVING,
        old="body, connection.secrets_at(self._now())):",
        new="body, [s for c in self._connections._all().values() for s in c.webhook_secrets]):",
        tests=(f"{SIGNATURES}::test_a_delivery_of_one_connection_is_not_taken_for_another",),
    ),
    Break(
        name="knows the first secret of a connection only",
        file=SIGNATURE,
        old="in dict.fromkeys(secrets) if secret]",
        new="in list(secrets)[:1]]",
        tests=("tests/unit/shops/test_signature.py",),
    ),
    Break(
        name="takes a signature that an empty secret made",
        file=SIGNATURE,
        old="dict.fromkeys(secrets) if secret]",
        new="dict.fromkeys(secrets)]",
        tests=("tests/unit/shops/test_signature.py",),
    ),
    Break(
        name="takes a body to which blanks were added on its way",
        file=SIGNATURE,
        old="hmac.digest(key, body,",
        new="hmac.digest(key, body.strip(),",
        tests=(SIGNATURES, "tests/unit/shops/test_signature.py"),
    ),
    Break(
        name="reads a body before it knows who signed it",
        file=RECEIVING,
        old="        if not shop.is_authentic(",
        new="        _parse(body)\n        if not shop.is_authentic(",
        tests=(f"{ANSWERS}::test_answers",),
    ),
    Break(
        name="asks SSM for each delivery to an unknown connection",
        file=CONNECTIONS,
        old="found = self._all().get(name)",
        new="found = self._all().get(name) or self._load().get(name)",
        tests=(f"{LOADING}::test_unknown_names_load_no_more_than_once_a_minute",),
    ),
    Break(
        name="looks for a connection under a name that none may have",
        file=RECEIVING,
        old="self._connections.get(name) if is_name(name) else None",
        new="self._connections.get(name)",
        tests=(f"{NAMES}::test_a_name_that_none_may_have_is_not_even_looked_up",),
    ),
    Break(
        name="writes a line for each delivery that it refuses",
        file=TELEMETRY,
        old="if self._held and self._now() >= self._held_until:",
        new="if self._held:",
        tests=("tests/unit/test_telemetry.py",),
    ),
    Break(
        name="makes a metric for each name that somebody thinks of",
        file=RECEIVING,
        old='            return self._refuse(UNKNOWN, "unknown_connection")\n',
        new=(
            "            with self._telemetry.about(connection=name):\n"
            '                return self._refuse(UNKNOWN, "unknown_connection")\n'
        ),
        tests=(f"{FLOOD}::test_names_that_are_never_the_same_twice_take_no_memory",),
    ),
    Break(
        name="gives up what comes for a connection whose document is broken",
        file=RECEIVING,
        old='return self._refuse(TRY_LATER, "broken_connection")',
        new='return self._refuse(UNAUTHORIZED, "broken_connection")',
        tests=(f"{ANSWERS}::TestServiceUnavailable",),
    ),
    Break(
        name="knows no connection any more while SSM fails",
        file=CONNECTIONS,
        old='self._telemetry.warn("the last good connections serve on", error=str(error))',
        new="raise",
        tests=(
            (
                f"{LOADING}::test_the_last_good_copy_serves_while_ssm_fails_and_is_tried_every"
                "_ten_seconds"
            ),
        ),
    ),
    Break(
        name="tries SSM again at each delivery while it fails",
        file=CONNECTIONS,
        old="                serves = RETRY_AFTER\n",
        new="                serves = 0 * RETRY_AFTER\n",
        tests=(f"{FLOOD}::test_while_ssm_fails_it_costs_a_try_and_a_line_every_ten_seconds",),
    ),
    Break(
        name="lets one broken document take all connections down",
        file=CONNECTIONS,
        old="            return error\n",
        new="            raise\n",
        tests=(f"{LOADING}::test_a_broken_document_takes_no_other_down_and_is_told_once_a_load",),
    ),
    Break(
        name="takes a body of any size",
        file=RECEIVING,
        old="if len(raw) > MAX_BODY_BYTES:",
        new="if len(raw) > 2 * MAX_BODY_BYTES:",
        tests=(f"{ANSWERS}::test_answers",),
    ),
    Break(
        name="answers 500 to JSON that is nested too deep",
        file=RECEIVING,
        old="except (ValueError, RecursionError):",
        new="except ValueError:",
        tests=(f"{BODIES}::test_unreadable_json_is_queued_as_that_with_what_its_headers_say",),
    ),
    Break(
        name="answers 500 to an integer of 5,000 digits",
        file=RECEIVING,
        old="return int(text) if len(text) <= MAX_DIGITS else None",
        new="return int(text)",
        tests=(BODIES,),
    ),
    Break(
        name="answers 500 to an order that no shop foresaw",
        file=SHOP,
        old="    except _ODDITIES as error:\n",
        new="    except ZeroDivisionError as error:\n",
        tests=(f"{BODIES}::test_what_a_projection_did_not_foresee_is_kept_without_its_value",),
    ),
    Break(
        name="quotes a body that is no JSON",
        file=RECEIVING,
        old='["readable JSON"]',
        new='[f"readable JSON: {body[:40]!r}"]',
        tests=(f"{BODIES}::test_unreadable_json_is_queued_as_that_with_what_its_headers_say",),
    ),
    Break(
        name="quotes the value that no shop foresaw",
        file=SHOP,
        old='place = f"{type(error).__name__} in {where.name}, line {where.lineno}"',
        new='place = f"{error} in {where.name}"',
        tests=(f"{BODIES}::test_what_a_projection_did_not_foresee_is_kept_without_its_value",),
    ),
    Break(
        name="takes the orders of another shop",
        file=RECEIVING,
        old="if expected and delivery.source != expected.lower():",
        new="if expected and not delivery.source:",
        tests=(f"{ANSWERS}::test_answers",),
    ),
)
