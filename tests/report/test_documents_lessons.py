"""Every number in the tables of the lessons, worked out again: see the checks beside this file."""

import pytest

from resnet_analyzer.report.lessons.base import LESSONS

from . import checks_of_conventions, checks_of_course, checks_of_papers, checks_of_why  # noqa: F401  they register themselves
from .lesson_checks import CHECKS
from .read_reports import names, tables


def all_tables():
    return [table for name in LESSONS for table in tables(name)]


def test_every_lesson_is_there_and_every_table_has_a_check():
    assert set(LESSONS) <= set(names())
    assert {(table.report, table.section, table.title) for table in all_tables()} == set(CHECKS)


def test_every_report_is_a_network_or_a_lesson():
    from resnet_analyzer.report.standard import NETWORKS

    assert set(names()) == {*NETWORKS, *LESSONS, "index"}
    assert tables("index") == []


@pytest.mark.parametrize("key", [(table.report, table.section, table.title) for table in all_tables()], ids=" · ".join)
def test_table(key):
    (table,) = [table for table in tables(key[0]) if (table.section, table.title) == key[1:]]
    assert table.rows
    CHECKS[key](table)
