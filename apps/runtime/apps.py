from django.apps import AppConfig


class RuntimePlaneConfig(AppConfig):
    name = "apps.runtime"
    label = "runtime"

    def ready(self) -> None:
        from apps.runtime import health

        health.register()
