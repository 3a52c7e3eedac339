"""The contracts' own modules hold assertions; pytest explains them as it does those of test files."""

import pytest

pytest.register_assert_rewrite("tests.contract.lake_objects_contract", "tests.contract.lake_parquet_contract")
