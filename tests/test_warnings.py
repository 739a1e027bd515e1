"""Whose warnings fail a test run: ours, and no library's that tells its callers of what it will change one day."""

import warnings

import pytest

OURS = ["resnet_analyzer", "resnet_analyzer.dim", "resnet_analyzer.cli.main", __name__]
THEIRS = ["numpy", "sympy.core.basic", "keras.src.saving", "their_resnet_analyzer"]
CHANGES = [DeprecationWarning, PendingDeprecationWarning, FutureWarning]


def warn(category, module):
    """Warn as for code of that module; by `stacklevel` a library puts its words down to whoever calls it."""
    warnings.warn_explicit(f"{category.__name__} in {module}", category, f"{module}.py", 1, module)


@pytest.mark.parametrize("module", OURS)
@pytest.mark.parametrize("category", [UserWarning, RuntimeWarning, SyntaxWarning, ResourceWarning, BytesWarning])
def test_what_our_code_causes_fails(category, module):
    with pytest.raises(category):
        warn(category, module)


@pytest.mark.parametrize(
    ("module", "category"),
    [
        *[(module, category) for module in THEIRS for category in (UserWarning, RuntimeWarning, *CHANGES)],
        *[(module, category) for module in OURS for category in CHANGES],  # put down to us, but a library's
    ],
)
def test_what_another_library_says_is_heard_and_fails_nothing(module, category):
    with warnings.catch_warnings(record=True) as heard:
        warn(category, module)
    assert len(heard) == 1
