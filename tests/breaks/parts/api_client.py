"""The API client: what is sent, what is believed of an answer, and what a failure means."""

from tests.breaks.table import PACKAGE, Break

TRANSPORT = f"{PACKAGE}/seven_senders/transport.py"
CLIENT = f"{PACKAGE}/seven_senders/client.py"
ANSWERS = f"{PACKAGE}/seven_senders/answers.py"
REFUSALS = f"{PACKAGE}/seven_senders/refusals.py"

TESTS = "tests/integration/seven_senders"
UNTRUSTED = f"{TESTS}/test_untrusted_answers.py"
LOST = f"{TESTS}/test_lost_answers.py"
SENT = f"{TESTS}/test_sent.py::TestWhatIsSent"
FOUND = f"{TESTS}/test_looking_up.py::TestFindOrder"
LISTED = f"{TESTS}/test_listing.py::TestOrdersDated"
FAILURES = f"{TESTS}/test_failures.py::TestFailures"
ACCOUNTS = f"{TESTS}/test_accounts.py"
STATUSES = f"{FAILURES}::test_each_status_means_what_the_table_says"
HONOURED = f"{FAILURES}::test_retry_after_is_honoured_up_to_six_hours"
UNREADABLE = f"{UNTRUSTED}::TestUnreadable"

BREAKS = (
    Break(
        name="follows a redirect, and takes the token along",
        file=TRANSPORT,
        old="        self._used_at[host] = self._clock()\n        return response\n",
        new=(
            "        self._used_at[host] = self._clock()\n"
            "        if response.is_redirect:\n"
            '            return requests.get(response.headers["location"],'
            " headers=request.headers, timeout=1)\n"
            "        return response\n"
        ),
        tests=(f"{UNTRUSTED}::TestRedirects",),
    ),
    Break(
        name="takes the cookies of one account to another",
        file=TRANSPORT,
        old="policy=DefaultCookiePolicy(allowed_domains=[])",
        new="policy=DefaultCookiePolicy()",
        tests=(f"{ACCOUNTS}::TestSession::test_keeps_no_cookie_of_one_account_for_another",),
    ),
    Break(
        name="sends an entry of .netrc instead of the token",
        file=TRANSPORT,
        old="        self.auth = _leave_as_it_is\n",
        new="        self.auth = None\n",
        tests=(f"{ACCOUNTS}::TestSession::test_is_not_confused_by_a_netrc",),
    ),
    Break(
        name="reads an answer of any size",
        file=TRANSPORT,
        old="        if len(body) > MAX_ANSWER_BYTES:\n",
        new="        if len(body) > 1000 * MAX_ANSWER_BYTES:\n",
        tests=(f"{UNTRUSTED}::TestGiants",),
    ),
    Break(
        name="waits anew for each drip of an answer",
        file=TRANSPORT,
        old="self.mount(scheme, TimelyAdapter())",
        new="self.mount(scheme, requests.adapters.HTTPAdapter())",
        tests=(f"{LOST}::test_a_lost_answer_is_tried_again_and_may_have_worked", LOST),
    ),
    Break(
        name="sends on a connection that the API may have closed long ago",
        file=TRANSPORT,
        old="if now - self._used_at.get(host, now) > MAX_IDLE_SECONDS:",
        new="if now - self._used_at.get(host, now) > 1000 * MAX_IDLE_SECONDS:",
        tests=(f"{LOST}::TestKeptConnection",),
    ),
    Break(
        name="takes a call without an answer for one that did nothing",
        file=TRANSPORT,
        old="        maybe_applied=operation.changes_something,\n        answered=False,\n",
        new="        maybe_applied=False,\n        answered=False,\n",
        tests=(f"{LOST}::test_a_lost_answer_is_tried_again_and_may_have_worked",),
    ),
    Break(
        name="takes a call that ended in 500 for one that did nothing",
        file=REFUSALS,
        old="        maybe_applied=operation.changes_something,\n",
        new="        maybe_applied=False,\n",
        tests=(STATUSES,),
    ),
    Break(
        name="takes a success that can't be read for one",
        file=f"{PACKAGE}/seven_senders/api.py",
        old="                maybe_applied=operation.changes_something,\n",
        new="                maybe_applied=False,\n",
        tests=(UNREADABLE,),
    ),
    Break(
        name="breaks at an answer that is nested too deep",
        file=ANSWERS,
        old="        content: Json = json.loads(answer.body)\n"
        "    except (ValueError, RecursionError) as error:\n",
        new="        content: Json = json.loads(answer.body)\n    except ValueError as error:\n",
        tests=(UNREADABLE,),
    ),
    Break(
        name="takes the path of a URL from an answer",
        file=CLIENT,
        old="        if not answers.is_path_safe(remote_id):\n",
        new="        if not remote_id:\n",
        tests=(f"{SENT}::test_an_id_that_may_not_stand_in_a_path_is_never_sent",),
    ),
    Break(
        name="lets an order's number write the query of a look-up",
        file=CLIENT,
        old='urlencode(filters, quote_via=quote, safe="", errors="replace")',
        new='"&".join(f"{name}={value}" for name, value in filters.items())',
        tests=(f"{SENT}::test_an_order_id_is_percent_encoded_in_a_query",),
    ),
    Break(
        name="looks at the first page of a list only",
        file=CLIENT,
        old="        for _ in range(MAX_STRANGER_PAGES - 1):\n",
        new="        for _ in range(0):\n",
        tests=(f"{FOUND}::test_strangers_make_it_page_through_two_days",),
    ),
    Break(
        name="looks at the same page again and again",
        file=CLIENT,
        old="            offset += len(page)\n",
        new="",
        tests=(f"{FOUND}::test_strangers_make_it_page_through_two_days",),
    ),
    Break(
        name="pages through a list without end",
        file=CLIENT,
        old="        for _ in range(MAX_STRANGER_PAGES - 1):\n",
        new="        for _ in range(10 * MAX_STRANGER_PAGES):\n",
        tests=(f"{FOUND}::test_ten_pages_of_strangers_prove_nothing",),
    ),
    Break(
        name="takes it for proof that an unfiltered list does not show an order",
        file=CLIENT,
        old="            offset += len(page)\n        raise _inconclusive(",
        new="            offset += len(page)\n        return\n        raise _inconclusive(",
        tests=(f"{FOUND}::test_an_unfiltered_list_that_ends_proves_nothing",),
    ),
    Break(
        name="takes it for proof that the API refuses to filter",
        file=CLIENT,
        old='            raise _inconclusive("the API refuses to filter by order_id"',
        new='            return None\n            raise _inconclusive("the API refuses to"',
        tests=(f"{FOUND}::test_a_refused_filter_proves_nothing",),
    ),
    Break(
        name="takes a short page for the last one of a list",
        file=CLIENT,
        old="            before = ids\n",
        new="            before = ids\n            if len(ids) < 2:\n                return\n",
        tests=(f"{LISTED}::test_goes_on_to_the_empty_page_whatever_the_pages_hold",),
    ),
    Break(
        name="believes a list that is not filtered by date",
        file=CLIENT,
        old="            if not all(_is_near(order, begin, end) for order in orders):\n",
        new="            if not orders:\n",
        tests=(f"{LISTED}::test_a_list_proves_nothing_with",),
    ),
    Break(
        name="leaves out of a list what stands at its ends",
        file=CLIENT,
        old="self._page(begin - _A_SECOND, end + _A_SECOND, offset)",
        new="self._page(begin, end, offset)",
        tests=(f"{LISTED}::test_asks_for_a_second_more_and_takes_the_very_ends",),
    ),
    Break(
        name="takes the first of several orders of one number",
        file=CLIENT,
        old="return max(same, key=lambda order: order.is_dated(order_date))",
        new="return same[0]",
        tests=(f"{FOUND}::test_of_several_the_one_of_this_date_is_ours",),
    ),
    Break(
        name="logs in without end when each token is refused",
        file=CLIENT,
        old="            token = self._tokens.refused(token)\n        try:\n",
        new="            self._tokens.refused(token)\n"
        "            return self._call(operation, method, path, payload, read)\n        try:\n",
        tests=(f"{ACCOUNTS}::TestRefusedToken",),
    ),
    Break(
        name="stops an account because another worker's token was cut off",
        file=CLIENT,
        old="            if self._tokens.is_own(token):\n",
        new="            if token:\n",
        tests=(f"{ACCOUNTS}::TestRefusedToken",),
    ),
    Break(
        name="tries a call again that will never succeed",
        file=REFUSALS,
        old="_CONTENT_REFUSED = frozenset({400, 409, 413, 415, 422})",
        new="_CONTENT_REFUSED = frozenset({400, 409, 413, 415})",
        tests=(STATUSES,),
    ),
    Break(
        name="puts a locked account down to the order",
        file=REFUSALS,
        old="_ACCOUNT_BLOCKED = frozenset({402, 403})",
        new="_ACCOUNT_BLOCKED = frozenset({402})",
        tests=(STATUSES,),
    ),
    Break(
        name="puts a wrong base URL down to the order",
        file=REFUSALS,
        old="if status in _NO_SUCH_PATH and operation in _NEVER_ABOUT_AN_ORDER:",
        new="if status in _NO_SUCH_PATH and operation == Operation.LIST_ORDERS:",
        tests=(STATUSES,),
    ),
    Break(
        name="waits as long as an answer asks for",
        file=REFUSALS,
        old="return min(wait, MAX_RETRY_AFTER) if wait > timedelta(0) else None",
        new="return wait if wait > timedelta(0) else None",
        tests=(HONOURED,),
    ),
    Break(
        name="does not understand a date in Retry-After",
        file=REFUSALS,
        old="            at = parsedate_to_datetime(text)\n",
        new="            at = datetime.fromisoformat(text)\n",
        tests=(HONOURED,),
    ),
    Break(
        name="does not know the id of an order that was created",
        file=ANSWERS,
        old='return _remote_id(content) or _id_in(answer.headers.get("location"))',
        new="return _remote_id(content)",
        tests=(f"{TESTS}/test_creating.py",),
    ),
    Break(
        name="takes an answer about another order for its own",
        file=ANSWERS,
        old="not in (None, order_id):",
        new="is ...:",
        tests=(f"{TESTS}/test_untrusted_answers.py",),
    ),
    Break(
        name="finds nothing in a list of hydra's form",
        file=ANSWERS,
        old='_LIST_KEYS = ("hydra:member", "member")',
        new='_LIST_KEYS = ("member",)',
        tests=(f"{FOUND}::test_finds_it_in_every_form_of_a_list",),
    ),
    Break(
        name="quotes the API's answers",
        file=REFUSALS,
        old='        "the API failed",\n',
        new='        answer.body.decode(errors="replace"),\n',
        tests=(
            f"{FAILURES}::test_a_failure_tells_neither_token_nor_key_nor_body",
            "tests/integration/syncing/test_wire_forms.py::TestNothingOfAnAnswerIsWrittenDown",
        ),
    ),
    Break(
        name="prints an access key with its account",
        file=f"{PACKAGE}/seven_senders/account.py",
        old="access_key: str = field(repr=False)",
        new="access_key: str = field()",
        tests=("tests/unit/seven_senders", f"{TESTS}/tokens/test_shared_token.py"),
    ),
)
