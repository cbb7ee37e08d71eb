"""How every plane's document is fuzzed by schemathesis: bounded, repeatable, with the coverage and fuzzing phases."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import (
    CoveragePhaseConfig,
    FuzzingPhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)


def configuration(examples: int, seed: int) -> SchemathesisConfig:
    """`examples` inputs for each operation and phase, the same ones in every run. Signatures are the suite's affair."""
    return SchemathesisConfig(
        projects=ProjectsConfig(
            default=ProjectConfig(
                generation=GenerationConfig(max_examples=examples, deterministic=True, with_security_parameters=False),
                phases=PhasesConfig(coverage=CoveragePhaseConfig(), fuzzing=FuzzingPhaseConfig()),
            )
        ),
        seed=seed,
    )


def bounded(examples: int) -> settings:
    """Settings of the tests over such a document."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
