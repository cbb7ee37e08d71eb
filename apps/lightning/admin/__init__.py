"""Pages of the operator, one module per subject. Each process shows what its login may read."""

from django.conf import settings

if settings.OA_PROCESS.name == "lightning-executor":
    from apps.lightning.admin import executor_custody, executor_payments, network  # noqa: F401

if settings.OA_PROCESS.name == "lightning-ops":
    from apps.lightning.admin import nodes, operations  # noqa: F401
