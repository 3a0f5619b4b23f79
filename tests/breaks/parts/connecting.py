"""Connecting a shop: what is checked, stored and registered, and how a secret is replaced."""

from tests.breaks.table import PACKAGE, Break

CLI = "cli/seven_senders_cli"
CONNECT = f"{CLI}/commands/connect.py"
CONNECTIONS = f"{CLI}/commands/connections.py"
ROTATING = f"{CLI}/rotating.py"
REGISTERING = f"{PACKAGE}/shop_apis/registering.py"

OF_CONNECT = "tests/integration/cli/test_connect.py"
OF_WEBHOOKS = "tests/integration/cli/test_connect_webhooks.py"
OF_CONNECTIONS = "tests/integration/cli/test_connections.py"
OF_ROTATING = "tests/integration/cli/test_rotating.py"
OF_REGISTERING = "tests/integration/shop_apis/test_registering.py"
OF_SHOPIFY = "tests/integration/shop_apis/test_shopify.py"
OF_ANSWERS = "tests/unit/cli/test_answers.py"

BREAKS = (
    Break(
        name="stores a connection without asking Seven Senders for its key",
        file=CONNECT,
        old="    check_account(stack.clients.of(account), account)\n",
        new="",
        tests=(OF_CONNECT,),
    ),
    Break(
        name="stores a connection whose shop does not know its credentials",
        file=CONNECT,
        old="        open_shop_api(connected.shop_api).webhooks()\n",
        new="        pass\n",
        tests=(OF_WEBHOOKS,),
    ),
    Break(
        name="overwrites a connection that there is",
        file=CONNECT,
        old="    if not again:\n",
        new="    if False:\n",
        tests=(OF_CONNECT,),
    ),
    Break(
        name="lets WooCommerce greet a URL that some receivers do not know yet",
        file=f"{CLI}/webhook_setup.py",
        old="pauses.wait(UNTIL_IN_FORCE,",
        new="pauses.wait(1,",
        tests=(OF_WEBHOOKS,),
    ),
    Break(
        name="takes a secret from the command line",
        file=f"{CLI}/assignments.py",
        old="        if key in SECRETS:\n",
        new="        if False:\n",
        tests=(OF_CONNECT, OF_CONNECTIONS),
    ),
    Break(
        name="shows a secret while it is typed",
        file=f"{CLI}/answers.py",
        old="hide_input=True",
        new="hide_input=False",
        tests=(OF_ANSWERS,),
    ),
    Break(
        name="changes the access key without asking Seven Senders",
        file=CONNECTIONS,
        old='    if not {"access_key", "api_url", "settings"}.isdisjoint(',
        new='    if not {"api_url", "settings"}.isdisjoint(',
        tests=(OF_CONNECTIONS,),
    ),
    Break(
        name="leaves what opens the shop's API behind a connection that is removed",
        file=CONNECTIONS,
        old="    stack.shop_apis.remove(name)\n    forget",
        new="    forget",
        tests=(OF_CONNECTIONS,),
    ),
    Break(
        name="ends the old secret before all receivers know the new one",
        file=ROTATING,
        old="[secret, *others]",
        new="[secret]",
        tests=(OF_ROTATING,),
    ),
    Break(
        name="changes the shop's secret before all receivers know it",
        file=ROTATING,
        old="pauses.wait(UNTIL_IN_FORCE,",
        new="pauses.wait(1,",
        tests=(OF_ROTATING,),
    ),
    Break(
        name="forgets in a second rotation what the first has replaced",
        file=ROTATING,
        old="    replaced += [entry",
        new="    [entry",
        tests=(OF_ROTATING,),
    ),
    Break(
        name="takes a replaced secret for ever",
        file=f"{PACKAGE}/connections/receiving.py",
        old="if now < until)",
        new="if until)",
        tests=("tests/unit/connections/test_receiving.py", OF_ROTATING),
    ),
    Break(
        name="leaves doubled webhooks in a shop",
        file=REGISTERING,
        old="    for other in others:",
        new="    for other in ():",
        tests=(OF_REGISTERING,),
    ),
    Break(
        name="touches the webhooks of another stack",
        file=REGISTERING,
        old="if _place(webhook.url) == _place(url)]",
        new="]",
        tests=(OF_REGISTERING,),
    ),
    Break(
        name="leaves WooCommerce's webhooks with a secret that nobody knows",
        file=REGISTERING,
        old=" or api.keeps_secrets",
        new="",
        tests=(OF_REGISTERING,),
    ),
    Break(
        name="sees the first page of a shop's webhooks only",
        file=f"{PACKAGE}/shop_apis/shopify.py",
        old="            if after is None:\n",
        new="            if True:\n",
        tests=(OF_SHOPIFY,),
    ),
)
