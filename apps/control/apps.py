from django.apps import AppConfig


class ControlPlaneConfig(AppConfig):
    name = "apps.control"
    label = "control"
    verbose_name = "Control"

    def ready(self) -> None:
        from apps.control import readiness  # noqa: F401  (registers the checks and facts of this plane)
