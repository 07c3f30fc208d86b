"""Conformance checks that a plugin's author runs in the plugin's own tests.

    from arena.testing import check_agent

    def test_conforms():
        check_agent(Copycat, "tic_tac_toe")

Each raises AssertionError with one line that names the rule that is broken and the cure, and
returns a `Report` of the rules that were held. `arena check` runs them on what is registered.
"""

from arena.testing.agent import check_agent as check_agent
from arena.testing.environment import check_environment as check_environment
from arena.testing.format import check_format as check_format
from arena.testing.rater import check_rater as check_rater
from arena.testing.report import Broken as Broken
from arena.testing.report import Report as Report
from arena.testing.table import check_table as check_table
from arena.testing.trainer import check_trainer as check_trainer
