"""What the tests of learners of several seats share."""

from __future__ import annotations

from tests.deep.conftest import learn as learn
from tests.deep.conftest import workspace as workspace
