from django.apps import AppConfig


class KhalaPlaneConfig(AppConfig):
    name = "apps.khala"
    label = "khala"

    def ready(self) -> None:
        """Register the plane's readiness checks."""
        from apps.khala.services import readiness

        readiness.register()
