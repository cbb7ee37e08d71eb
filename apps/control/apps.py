from django.apps import AppConfig
from django.conf import settings


class ControlPlaneConfig(AppConfig):
    name = "apps.control"
    label = "control"
    verbose_name = "Control"

    def ready(self) -> None:
        from apps.control import readiness  # noqa: F401  (registers the checks and facts of this plane)

    def before_serving(self) -> None:
        """Called before a port is open (`openagents.ops.startup`): a plane that keeps secrets needs their key ring."""
        if settings.OA.oa_env == "prod" and not settings.OA.integration_ring():
            raise SystemExit("configuration: OA_INTEGRATION_SECRET_KEYS is not set")
