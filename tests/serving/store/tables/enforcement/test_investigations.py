from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from serving.store.tables import CheckRow, TraceBandRow, TracedCheckRow, TraceRow, TraceValueRow


def test_traces_go_with_their_check_and_bands_with_their_value(session: Session) -> None:
    session.add(TracedCheckRow(check_id="c", listing_key="l", party="p", product="toy"))
    value = TraceValueRow(kind="photo", bits=bytes(32), shown="", common=False)
    session.add(value)
    session.flush()
    session.add_all([TraceBandRow(band=1, value_id=value.value_id)])
    session.add(TraceRow(check_id="c", value_id=value.value_id, party="p"))
    session.commit()
    session.execute(delete(CheckRow))
    session.commit()
    assert session.scalar(select(func.count()).select_from(TraceRow)) == 0
    assert session.scalar(select(func.count()).select_from(TracedCheckRow)) == 0
    session.execute(delete(TraceValueRow))
    session.commit()
    assert session.scalar(select(func.count()).select_from(TraceBandRow)) == 0
