"""All checks of a stack and of its connections, put together."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.reconciliations import Reconciliations
from seven_senders_adapter.ledger.traffic import Traffic
from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_cli.advice import Advice, advise
from seven_senders_cli.doctor import (
    account,
    alarms,
    deployment,
    functions,
    queues,
    reconciliation,
    settings,
    shop_side,
    webhook_url,
)
from seven_senders_cli.doctor.finding import AT_A_TIME, Check, Finding, green
from seven_senders_cli.doctor.trial import Trial
from seven_senders_cli.stack import Stack
from seven_senders_local import paths
from seven_senders_local.template import Template

type Settings = Mapping[str, ConnectionDocument | InvalidConnection]
"""What stands in SSM for each connection, or why it can't be read."""


CONNECTIONS = "connections"


def load(stack: Stack) -> Settings:
    """The settings of all connections. Raises what ``explaining`` knows."""
    store = stack.connections
    names = store.names()

    def loaded(name: str) -> ConnectionDocument | InvalidConnection:
        try:
            return store.load(name)
        except InvalidConnection as error:
            return error

    with ThreadPoolExecutor(AT_A_TIME) as executor:
        return dict(zip(names, executor.map(loaded, names), strict=True))


def is_whole(stack: Stack) -> bool:
    """Whether a stack has all outputs that tell where its parts are."""
    return stack.is_local or _expected_outputs() <= stack.outputs.keys()


def _expected_outputs() -> frozenset[str]:
    return Template.load(paths.TEMPLATE).outputs


def of_deployment(stack: Stack) -> list[Check]:
    """How CloudFormation has it, its functions and its alarms: what only AWS has."""
    if stack.is_local:
        what = "the local stack has no functions, metrics and alarms in AWS to look at"
        return [Check("AWS", lambda: [green("AWS", what)])]
    cloudformation, cloudwatch, sns = stack.cloudformation, stack.cloudwatch, stack.sns
    lambda_, expected = stack.lambda_, _expected_outputs()
    named = [value for key, value in stack.outputs.items() if key.endswith("FunctionName")]
    return [
        Check(deployment.SUBJECT, lambda: deployment.status(cloudformation, stack.name)),
        Check(deployment.SUBJECT, lambda: deployment.outputs(stack.outputs, expected)),
        Check(
            functions.SUBJECT,
            lambda: functions.look(lambda_, named, syncing=stack.output("SyncOrderFunctionName")),
        ),
        Check(functions.CONCURRENCY, lambda: functions.concurrency(lambda_, stack.parameters)),
        Check(alarms.SUBJECT, lambda: alarms.look(cloudformation, cloudwatch, stack.name)),
        Check(alarms.TOPIC, lambda: alarms.subscribers(sns, stack.output("AlarmTopicArn"))),
    ]


def of_queues(stack: Stack) -> list[Check]:
    """Its two queues."""
    sqs, cloudwatch = stack.sqs, None if stack.is_local else stack.cloudwatch
    table = stack.table

    def events() -> Iterator[Finding]:
        url = stack.output("OrderEventsQueueUrl")
        age = queues.oldest(cloudwatch, url, utc_now()) if cloudwatch else None
        counted = queues.count(sqs, stack.output("OrderEventsQueueUrl"))
        return queues.judge_events(counted, age)

    def letters() -> Iterator[Finding]:
        listed = list(DeadLetters(table=table).list())
        counted = queues.count(sqs, stack.output("DeadLetterQueueUrl"))
        return queues.judge_letters(listed, counted, utc_now())

    return [Check(queues.EVENTS, events), Check(queues.LETTERS, letters)]


def of_connections(stack: Stack, known: Settings, names: Sequence[str]) -> list[Check]:
    """Some connections, of all that are known."""
    documents = {
        name: found for name, found in known.items() if isinstance(found, ConnectionDocument)
    }
    advice = advise(documents)
    checks: list[Check] = []
    for name in names:
        found = known[name]
        if isinstance(found, InvalidConnection):
            checks.append(_broken(name, found))
        else:
            own = [one for one in advice if one.connection == name]
            checks += _of_connection(stack, name, found, own)
    return checks


def _broken(name: str, error: InvalidConnection) -> Check:
    subject = f"{name}: settings"
    return Check(subject, lambda: settings.broken(subject, error))


def _of_connection(
    stack: Stack, name: str, document: ConnectionDocument, advice: Sequence[Advice]
) -> list[Check]:
    stands, key, brake, url = (
        f"{name}: {part}" for part in ("settings", "access key", "brakes", "webhook URL")
    )
    of_account, clients, table = document.account, stack.clients, stack.table
    return [
        Check(stands, lambda: settings.look(stands, name, document, advice, now=utc_now())),
        Check(
            key,
            lambda: account.access_key(
                key,
                clients.of(of_account),
                clients.tokens_of(of_account),
                of_account,
                now=utc_now(),
            ),
        ),
        Check(brake, lambda: account.brakes(brake, Brakes(table=table), of_account)),
        Check(
            url,
            lambda: webhook_url.look(
                url,
                stack.webhook_url(name),
                platform=document.platform,
                secret=document.webhook_secrets[0].get_secret_value(),
                now=utc_now(),
            ),
        ),
        *_of_shop(stack, name, document),
    ]


def _of_shop(stack: Stack, name: str, document: ConnectionDocument) -> Iterator[Check]:
    shop, reconciled = f"{name}: webhooks in the shop", f"{name}: reconciliation"
    again = f"seven-senders connect {document.platform} {name} --again"
    shop_apis, table = stack.shop_apis, stack.table

    def webhooks() -> Iterator[Finding]:
        opens, today = shop_apis.load(name), utc_now().date()
        yield from shop_side.version(shop, opens, register=again, today=today)
        api = open_shop_api(opens) if opens else None
        url = stack.webhook_url(name)
        yield from shop_side.look(shop, api, url, register=again, today=today)

    def how_far() -> Iterator[Finding]:
        now = utc_now()
        return reconciliation.look(
            reconciled,
            Reconciliations(table=table).load(name),
            has_credentials=name in shop_apis.names(),
            heard=Traffic(table=table).last_weeks(name, now),
            reconciled=Traffic(table=table, reconciled=True).last_weeks(name, now),
            register=again,
            now=now,
        )

    yield Check(shop, webhooks)
    yield Check(reconciled, how_far)


def of_trial(stack: Stack, name: str, document: ConnectionDocument) -> Check:
    """One order's life, made up, in the account of a connection."""
    subject = f"{name}: made-up order"
    trial = Trial(
        subject,
        api=stack.clients.api_of(document.account),
        tokens=stack.clients.tokens_of(document.account),
        language=document.default_language,
        order_url=document.order_url,
        sleep=time.sleep,
    )
    return Check(subject, trial.run)
