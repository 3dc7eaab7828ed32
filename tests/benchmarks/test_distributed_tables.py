"""What is said of jobs that were shared out."""

from typing import Any

from tests.benchmarks.scripts import load

load("fleet")  # which knows the server of the tests
tables = load("distributed_tables")
cases = load("cases")


def entry(case: Any, **changes: object) -> dict[str, Any]:
    made = {
        "group": case.group,
        "case": case.name,
        "workers": case.workers,
        "speed": case.speed,
        "seconds": case.seconds,
        "windows": 280,
        "chunks": 100,
        "wall": 61.0,
        "command": 63.0,
        "first_lease": 2.0,
        "first_text": 2.9,
        "ideal": 60.0,
        "efficiency": 60.0 / 61.0,
        "bound": 1.0,
        "best_known": 0.99,
        "begin": 0.5,
        "tail": 0.8,
        "closing": 0.4,
        "busy": 0.95,
        "cpu": {"server": 10.0, "desktop": 3.0, "its children": 20.0, "workers": 20.0},
        "memory": {"server": 5e8, "desktop": 1e8, "its children": 3e8},
        "calls": {what: [0.01, 0.03] for what in ("fetch", "put", "complete")},
    }
    return made | changes


def test_all_cases_together_make_a_report_with_every_goal() -> None:
    entries = [entry(case) for case in cases.CASES]
    report = tables.report({"processor": "x", "cores": 2, "memory_gb": 8, "system": "Linux", "python": "3.11"}, entries)
    assert "missed" not in report
    assert "RTX 2080 Ti" in report
    assert "this computer limits" in report
    assert report.count("| met |") == len(tables.goals(entries)) == 14


def test_a_goal_that_is_missed_is_said_to_be() -> None:
    eight = cases.of_fleet(8)
    found = {aim: met for aim, _, met in tables.goals([entry(eight, efficiency=0.96, tail=1.2, first_text=3.0)])}
    assert list(found.values()) == ["missed", "missed", "met"]


def test_cases_have_names_of_their_own() -> None:
    names = [(case.group, case.name) for case in cases.CASES]
    assert len(set(names)) == len(names)
