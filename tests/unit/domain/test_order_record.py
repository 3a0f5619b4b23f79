from dataclasses import replace

from tests.unit.domain.orders import MONDAY, at, deliver, snapshot


def test_the_history_keeps_the_last_fifty_lines_in_their_order() -> None:
    record, _ = deliver(None, snapshot(0))
    record = replace(record, history=())
    for number in range(60):
        record = record.noting(at(number), "noted", str(number))
    assert [line.detail for line in record.history] == [str(number) for number in range(10, 60)]
    assert record.changed_at == at(59) > MONDAY
