"""The lines of the log."""

import logging

from t2i_person.service.logs import JSON, Plain


def test_a_text_cannot_forge_a_line_of_the_log():
    record = logging.makeLogRecord({"msg": "request", "text": "Старик.\n2026-01-01 error \x1b[2J"})
    for form in (Plain(), JSON()):
        assert len(form.format(record).splitlines()) == 1 and "\x1b" not in form.format(record)
